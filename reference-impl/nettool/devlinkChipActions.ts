/** What is done to what is inside a device: what is in use of a shared buffer is taken down or forgotten, and a table is read. */
import { entryReader } from './channels/devlinkPipeline.js';
import type { ActionContext, ActionRequest, ActionSpec } from './actionSpec.js';
import { namedRow, replyValues, requestOf } from './devlinkActions.js';
import type { DevlinkCommand } from '../netlink/families/devlink.js';
import { toldRow } from './parts.js';
import type { Outcome } from './refusal.js';

const ofBuffer =
  (action: string, command: DevlinkCommand): ActionSpec['request'] =>
  async (context: ActionContext): Promise<Outcome<ActionRequest>> => {
    const buffer = await namedRow(context, 'devlink-buffers', 'buffer', context.words['buffer'] ?? 0);
    if (!buffer.ok) return buffer;
    const { buffer: number } = toldRow(context.session.parts, action, buffer.value);
    return requestOf(context, command, { DEVLINK_ATTR_SB_INDEX: Number(number ?? 0) });
  };

async function tableDump(context: ActionContext): Promise<Outcome<ActionRequest>> {
  const table = await namedRow(context, 'devlink-tables', 'table', context.words['table']);
  if (!table.ok) return table;
  const read = await entryReader(context.session, context.device);
  if (!read.ok) return read;
  const values = { DEVLINK_ATTR_DPIPE_TABLE_NAME: String(table.value['table']) };
  return requestOf(context, 'DPIPE_ENTRIES_GET', values, {
    result: (messages) => read.value(messages.map(replyValues)),
  });
}

const buffer = [
  {
    name: 'buffer',
    title: 'number of a shared buffer, the first where it is absent',
    type: { kind: 'number' },
    optional: true,
    live: 'devlink-buffers',
  },
] as const;

export const DEVLINK_CHIP_ACTIONS: readonly ActionSpec[] = [
  {
    name: 'buffer-snapshot',
    title: 'take down what is in use of a shared buffer: devlink-thresholds and devlink-classes tell it',
    arguments: buffer,
    disrupts: false,
    request: ofBuffer('buffer-snapshot', 'SB_OCC_SNAPSHOT'),
  },
  {
    name: 'buffer-forget',
    title: 'forget what was in use of a shared buffer at most',
    arguments: buffer,
    disrupts: false,
    request: ofBuffer('buffer-forget', 'SB_OCC_MAX_CLEAR'),
  },
  {
    name: 'table-read',
    title: 'the entries of a table of the pipeline',
    arguments: [{ name: 'table', title: 'name of a table', type: { kind: 'text' }, live: 'devlink-tables' }],
    disrupts: false,
    request: tableDump,
  },
];
