/** Groups of multicast of a bridge: RTM_GETMDB, RTM_NEWMDB and RTM_DELMDB. */
import { encodeBody } from '../../netlink/client.js';
import {
  AF_BRIDGE,
  NETLINK_ROUTE,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  RTM_DELMDB,
  RTM_GETMDB,
  RTM_NEWMDB,
} from '../../netlink/constants.js';
import { BR_PORT_MSG, MDB_SET } from '../../netlink/families/mdb.js';
import { groupBody, tableIn, type Membership } from '../../netlink/mdbClient.js';
import { numberIn, structLength } from '../../netlink/schema.js';
import type { Row } from '../reading.js';
import { kernelRefusal, refused } from '../refusal.js';
import type { NetDeviceInfo } from '../session.js';
import type { StepCore, Wire } from '../step.js';
import type { Scalar } from '../values.js';
import type { Channel } from './channel.js';
import { tableStep } from './tableChannels.js';

function groupRow({ group, vid, source, isPermanent, timer }: Membership): Row {
  const row: Record<string, Scalar> = { group };
  if (vid !== 0) row['vlan'] = vid;
  if (source !== '') row['source'] = source;
  row['permanent'] = isPermanent;
  if (timer !== 0) row['timer'] = timer;
  return row;
}

/** Of a port its bridge is asked; of a bridge itself it is its own. */
function groupWire(type: number, { ifIndex, link, kind }: NetDeviceInfo, row: Row): Wire {
  const bridge = kind === 'bridge' ? ifIndex : (numberIn(link, 'IFLA_MASTER') ?? 0);
  const { vlan, source } = row;
  const body = groupBody({
    bridge,
    ifIndex,
    group: String(row['group']),
    isPermanent: row['permanent'] === true,
    ...(vlan === undefined ? {} : { vid: Number(vlan) }),
    ...(source === undefined ? {} : { source: String(source) }),
  });
  return {
    kind: 'netlink',
    protocol: NETLINK_ROUTE,
    family: '',
    type,
    flags: type === RTM_NEWMDB ? NLM_F_CREATE | NLM_F_EXCL : 0,
    body,
    set: MDB_SET,
    headerBytes: structLength(BR_PORT_MSG),
  };
}

const made = (device: NetDeviceInfo, row: Row): StepCore => ({
  operation: 'RTM_NEWMDB',
  wire: groupWire(RTM_NEWMDB, device, row),
});
const removed = (device: NetDeviceInfo, row: Row): StepCore => ({
  operation: 'RTM_DELMDB',
  wire: groupWire(RTM_DELMDB, device, row),
});

/** Only a bridge, and a port of one, has groups. */
function withoutBridge({ name, kind, link }: NetDeviceInfo): ReturnType<typeof refused> | undefined {
  if (kind === 'bridge' || numberIn(link, 'IFLA_MASTER') !== undefined) return undefined;
  const message = 'it is neither a bridge nor a port of one';
  return refused({ stage: 'device', device: name, message, errno: 'EOPNOTSUPP' });
}

export const mdbChannel: Channel = {
  async read(session, device) {
    const body = encodeBody(BR_PORT_MSG, { family: AF_BRIDGE }, new Uint8Array(0));
    const result = await session.pool.read(NETLINK_ROUTE, { type: RTM_GETMDB, flags: NLM_F_DUMP, body });
    if (!result.ok) return refused(kernelRefusal(session.parts.explains(result.error), { device: device.name }));
    const members = tableIn(result.value).members.filter(({ ifIndex }) => ifIndex === device.ifIndex);
    return { ok: true, value: { values: {}, limits: {}, rows: members.map(groupRow) } };
  },

  async add(_session, device, subject, row) {
    const wrong = withoutBridge(device);
    if (wrong !== undefined) return wrong;
    return tableStep(subject, row, made(device, row), removed(device, row));
  },

  async remove(_session, device, subject, row, there) {
    const wrong = withoutBridge(device);
    if (wrong !== undefined) return wrong;
    return tableStep(subject, row, removed(device, row), made(device, there));
  },
};
