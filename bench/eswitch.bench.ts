/** How fast the embedded switch decides between functions: unicast with a check of sources, in a VLAN of the port. */
import { CONFORMING_ESWITCH } from '../reference-impl/device/eswitch/eswitchParts.js';
import { forward, refusalOf, tagOfPort, type Forwarding } from '../reference-impl/device/eswitch/forwarding.js';
import { newTables, programme } from '../reference-impl/device/eswitch/tables.js';
import { newVirtualFunction, type VirtualFunction } from '../reference-impl/device/eswitch/virtualFunction.js';
import type { MacAddress } from '../harness/contract/index.js';
import { parseMac } from '../reference-impl/packet/addresses.js';
import { writeU16 } from '../reference-impl/packet/bytes.js';
import { measure, type BenchRow, type Measured } from './benchRow.js';

const FUNCTIONS = 8;
const FRAMES = 4096;

const addressOf = (vf: number): MacAddress => `02:00:5e:00:53:${(vf + 1).toString(16).padStart(2, '0')}` as MacAddress;

function functionsWith(vlan: number): VirtualFunction[] {
  return Array.from({ length: FUNCTIONS }, (_, index) => {
    const vf = newVirtualFunction(index);
    vf.settings.vlan = vlan;
    vf.filters.address = addressOf(index);
    return vf;
  });
}

function switching(vlan: number): Measured {
  const functions = functionsWith(vlan);
  const tables = newTables();
  programme(tables, CONFORMING_ESWITCH, functions, { addresses: [], promiscuous: false }, () => true);
  let delivered = 0;
  const between: Forwarding = {
    tables,
    parts: CONFORMING_ESWITCH,
    functions,
    outlets: {
      physical: () => undefined,
      virtual: () => {
        delivered++;
      },
    },
  };
  const frames = Array.from({ length: FRAMES }, (_, index) => {
    const bytes = new Uint8Array(64);
    bytes.set(parseMac(addressOf((index * 5 + 1) % FUNCTIONS)));
    bytes.set(parseMac(addressOf(index % FUNCTIONS)), 6);
    writeU16(bytes, 12, 0x0800);
    return { bytes, from: index % FUNCTIONS };
  });
  return {
    name: vlan === 0 ? 'between 8 functions, 64 bytes' : 'the same in a VLAN of the port',
    work: FRAMES,
    run: () => {
      for (const { bytes, from } of frames) {
        const vf = functions[from];
        if (vf !== undefined && refusalOf(between, vf, bytes) === undefined)
          forward(between, vf.bit, tagOfPort(between, vf, bytes));
      }
      return delivered;
    },
  };
}

/** What a table of objects does, which is easier to write. */
function plain(): Measured {
  const owners = new Map<string, number>();
  for (let vf = 0; vf < FUNCTIONS; vf++) owners.set(addressOf(vf), vf);
  const frames = Array.from({ length: FRAMES }, (_, index) => parseMac(addressOf((index * 5 + 1) % FUNCTIONS)));
  return {
    name: 'a Map by text',
    work: FRAMES,
    run: () => {
      let found = 0;
      for (const bytes of frames) {
        const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
        found += owners.get(text) ?? 0;
      }
      return found;
    },
  };
}

export async function eswitchRows(): Promise<BenchRow[]> {
  return [await measure('M/s', switching(0), [plain()]), await measure('M/s', switching(10), [])];
}
