/** The pipeline of the reference switch, as far as it is shown: its forwarding database. */
import type {
  DevlinkPipelineOps,
  DpipeEntry,
  DpipeFieldKey,
  DpipeHeader,
  DpipeTable,
  PortName,
} from '../../../harness/contract/index.js';
import type { FdbMemory } from '../switch/fdbMemory.js';
import type { DevlinkChipParts } from './devlinkChipParts.js';
import { FDB } from './tables.js';

/** devlink_dpipe_header_ethernet. */
const ETHERNET: DpipeHeader = {
  name: 'ethernet',
  id: 0,
  isGlobal: true,
  fields: [{ name: 'destination mac', id: 0, bits: 48 }],
};
const VID_FIELD = 0;
const PORT_FIELD = 1;
/** What travels with a frame in the switch. */
const METADATA: DpipeHeader = {
  name: 'nicspec_meta',
  id: 0,
  isGlobal: false,
  fields: [
    { name: 'filtering_id', id: VID_FIELD, bits: 32 },
    { name: 'port', id: PORT_FIELD, bits: 32, isPort: true },
  ],
};
const DESTINATION: DpipeFieldKey = { header: ETHERNET, field: 0 };
const FILTERING_ID: DpipeFieldKey = { header: METADATA, field: VID_FIELD };
const OUT_PORT: DpipeFieldKey = { header: METADATA, field: PORT_FIELD };

const TABLE: DpipeTable = {
  name: 'fdb',
  matches: [FILTERING_ID, DESTINATION],
  actions: [OUT_PORT],
  counts: true,
  resource: { id: FDB, units: 1 },
};

const word = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);

function entryOf(fdb: FdbMemory, slot: number, nameOf: (port: number) => PortName, counts: boolean): DpipeEntry {
  const [high, low, port] = [fdb.high[slot] ?? 0, fdb.low[slot] ?? 0, fdb.port[slot] ?? 0];
  const address = Uint8Array.of(high >> 8, high, low >>> 24, low >>> 16, low >>> 8, low);
  return {
    index: slot,
    matches: [
      { key: FILTERING_ID, bytes: word(fdb.filteringId[slot] ?? 0) },
      { key: DESTINATION, bytes: address },
    ],
    actions: [{ key: OUT_PORT, bytes: word(port), port: nameOf(port) }],
    ...(counts ? { counter: fdb.hits[slot] ?? 0 } : {}),
  };
}

export function tablePipeline(
  fdb: FdbMemory,
  parts: DevlinkChipParts,
  nameOf: (port: number) => PortName,
): DevlinkPipelineOps {
  return {
    headers: [ETHERNET, METADATA],
    tables: [TABLE],
    size: () => fdb.limit,
    entries: (_, counts) => {
      const entries: DpipeEntry[] = [];
      fdb.forEach((slot) => {
        if (parts.showsEntry(entries.length)) entries.push(entryOf(fdb, slot, nameOf, counts));
        return 'keep';
      });
      return { ok: true, value: entries };
    },
    // What was counted before nobody asked for.
    countersSet: (_, on) => {
      if (on) fdb.hits.fill(0);
    },
  };
}
