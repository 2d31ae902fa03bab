/** Commands of nettool in the words of a scenario: `PORT` is the port under test, and what stands in brackets is asked of the device. */
import {
  changeDevice,
  changeTable,
  createDevice,
  destroyDevice,
  parseCommand,
  refusalText,
  runAction,
  type ActionReport,
  type ChangeOptions,
  type ChangeResult,
  type Outcome,
} from '../../reference-impl/nettool/index.js';
import { decodeBits } from '../../reference-impl/netlink/bitset.js';
import { isValues, listIn, nestIn, numberIn, textIn, type Values } from '../../reference-impl/netlink/schema.js';
import { bigintIn } from './bigNumbers.js';
import { dumped, indexOfPort, insist, instanceOf, ownPort, paramIn } from './devlinkControl.js';
import { DEVLINK_WORDS, resourceTrees } from './devlinkWords.js';
import { expectThat } from './expectations.js';
import { nettoolNotes } from './nettoolControl.js';
import { accepted } from './settings.js';
import type { NicWorld } from './world.js';

const RUN_NOTE = 'what nettool did';

/** What became of the last action. */
export interface ActionNote {
  outcome: Outcome<ActionReport> | undefined;
}
export const actionNote = (world: NicWorld): ActionNote => world.note(RUN_NOTE, () => ({ outcome: undefined }));

/** What was asked for of a resource, or a param. */
interface Wish {
  name: string;
  value: string;
}
export const wishOf = (world: NicWorld): Wish =>
  world.note('what nettool was asked for', () => ({ name: '', value: '' }));

/** Of the resources that are parts of others, with their paths. */
async function resource(world: NicWorld): Promise<{ readonly path: string; readonly values: Values }> {
  const [whole] = (await resourceTrees(world)).filter(isValues);
  const list = nestIn(whole, 'DEVLINK_ATTR_RESOURCE_LIST')?.['DEVLINK_ATTR_RESOURCE'];
  const [part] = (Array.isArray(list) ? list : []).filter(isValues);
  expectThat(part !== undefined, 'no resource is a part of another');
  const name = (of: Values | undefined): string => textIn(of, 'DEVLINK_ATTR_RESOURCE_NAME') ?? '';
  return { path: `/${name(whole)}/${name(part)}`, values: part };
}

async function anotherSize(world: NicWorld): Promise<string> {
  const { values, path } = await resource(world);
  const part = (of: string): bigint => bigintIn(values, `DEVLINK_ATTR_RESOURCE_${of}`) ?? 0n;
  const [least, step] = [part('SIZE_MIN'), part('SIZE_GRAN')];
  const smallest = least > 0n ? least : step;
  const size = smallest === part('SIZE') ? smallest + step : smallest;
  Object.assign(wishOf(world), { name: path, value: String(size) });
  return String(size);
}

const DRIVERINIT = 1;
const INTEGERS = [1, 2, 3, 4];

async function numberParam(world: NicWorld): Promise<{ readonly name: string; readonly value: number }> {
  const params = (await dumped(world, 'PARAM_GET')).map(paramIn);
  const found = params.find(({ type, values }) => INTEGERS.includes(type) && values.has(DRIVERINIT));
  const bytes = found?.values.get(DRIVERINIT);
  expectThat(found !== undefined && bytes !== undefined, 'the driver has no number that can be set');
  return { name: found.name, value: bytes.reduceRight((sum, byte) => sum * 256 + byte, 0) };
}

async function anEncoding(world: NicWorld): Promise<string> {
  const answer = await (await world.ethtool()).call('FEC_GET', world.port.netDevice, {});
  const { mask } = decodeBits(nestIn(accepted(answer, 'reading the error correction'), 'ETHTOOL_A_FEC_MODES'), []);
  const name = [...mask].find((one) => one !== 'None') ?? [...mask][0];
  return name ?? 'RS';
}

async function instance(world: NicWorld): Promise<string> {
  const { bus, device } = await instanceOf(world);
  return `${bus}/${device}`;
}

async function portNumbered(world: NicWorld, of: 'PCI_VF' | 'PCI_SF', number: number): Promise<Values> {
  const found = (await dumped(world, 'PORT_GET')).find(
    (port) => numberIn(port, `DEVLINK_ATTR_PORT_${of}_NUMBER`) === number,
  );
  expectThat(found !== undefined, `no port has the ${of} number ${number}`);
  return found;
}

const handleOfPort = async (world: NicWorld, port: Values): Promise<string> =>
  `${await instance(world)}/${indexOfPort(port)}`;

const WORDS: Readonly<Record<string, (world: NicWorld) => Promise<string>>> = {
  'the path of a resource': async (world) => (await resource(world)).path,
  'another size of it': anotherSize,
  'more than it can have': async (world) =>
    String((numberIn((await resource(world)).values, 'DEVLINK_ATTR_RESOURCE_SIZE_MAX') ?? 0) + 1),
  'a number of the driver': async (world) => `${(await numberParam(world)).name}@driverinit`,
  'another value of it': async (world) => {
    const { name, value } = await numberParam(world);
    const other = Math.max(1, value >> 1);
    expectThat(other !== value, `${name} has no smaller value`);
    Object.assign(wishOf(world), { name, value: String(other) });
    return String(other);
  },
  'an encoding': anEncoding,
  'the instance': instance,
  'the port of the instance': async (world) => `${await instance(world)}/${indexOfPort(await ownPort(world))}`,
  'the number of the port': async (world) => String(indexOfPort(await ownPort(world))),
  'the port of VF 0': async (world) => handleOfPort(world, await portNumbered(world, 'PCI_VF', 0)),
  'the port of SF 88': async (world) => handleOfPort(world, await portNumbered(world, 'PCI_SF', 88)),
  'the number of the port of SF 88': async (world) => String(indexOfPort(await portNumbered(world, 'PCI_SF', 88))),
  'the representor of VF 0': async (world) =>
    textIn(await portNumbered(world, 'PCI_VF', 0), 'DEVLINK_ATTR_PORT_NETDEV_NAME') ?? '',
  'a pool of egress': async (world) => {
    const pools = await dumped(world, 'SB_POOL_GET');
    const pool = pools.find((values) => numberIn(values, 'DEVLINK_ATTR_SB_POOL_TYPE') === 1);
    expectThat(pool !== undefined, 'there is no pool of egress');
    return String(numberIn(pool, 'DEVLINK_ATTR_SB_POOL_INDEX') ?? -1);
  },
  'a table': async (world) => {
    const [reply] = await insist(world, 'DPIPE_TABLE_GET', {});
    const [table] = listIn(nestIn(reply, 'DEVLINK_ATTR_DPIPE_TABLES'), 'DEVLINK_ATTR_DPIPE_TABLE').filter(isValues);
    return textIn(table, 'DEVLINK_ATTR_DPIPE_TABLE_NAME') ?? '';
  },
  'a part of the port': async (world) => {
    const part = (await dumped(world, 'PORT_GET')).find(
      (port) => numberIn(port, 'DEVLINK_ATTR_PORT_SPLIT_GROUP') !== undefined,
    );
    expectThat(part !== undefined, 'no port is a part of another');
    return `${await instance(world)}/${indexOfPort(part)}`;
  },
};

/** With what only the device knows filled in. */
export async function filled(world: NicWorld, text: string): Promise<string> {
  let whole = text.replaceAll(/\bPORT\b/g, world.port.netDevice);
  for (const [bracketed, word = ''] of whole.matchAll(/\(([^)]+)\)/g)) {
    const own = WORDS[word]?.(world) ?? DEVLINK_WORDS[word]?.(world);
    expectThat(own !== undefined, `nothing is known of (${word})`);
    const value = await own;
    expectThat(typeof value === 'string' || typeof value === 'number', `(${word}) is no word`);
    whole = whole.replace(bracketed, String(value));
  }
  return whole;
}

/** Does what a command says. Of an action `actionNote` has the outcome, of a change the notes of nettool. */
export async function tell(
  world: NicWorld,
  text: string,
  options: ChangeOptions = {},
): Promise<ChangeResult | undefined> {
  const { session } = nettoolNotes(world);
  const parsed = parseCommand((await filled(world, text)).split(' '));
  expectThat(parsed.ok, `"${text}" is no command: ${parsed.ok ? '' : refusalText(parsed.refusal)}`);
  const command = parsed.value;
  switch (command.verb) {
    case 'set':
      return command.table === undefined
        ? changeDevice(session, command.device, command.assignments, options)
        : changeTable(session, 'set', command.device, command.table, command.assignments, options);
    case 'add':
    case 'del':
      return changeTable(session, command.verb, command.device, command.table, command.assignments, options);
    case 'create':
      return createDevice(session, command.device, command.kind, command.assignments, options);
    case 'destroy':
      return destroyDevice(session, command.device, options);
    case 'run':
      actionNote(world).outcome = await runAction(session, command.device, command.action, command.arguments, options);
      return undefined;
    default:
      return undefined;
  }
}
