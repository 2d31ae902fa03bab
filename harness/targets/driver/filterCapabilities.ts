/** Which filters a kernel has, and whether a driver takes them: asked by putting some at a port of its own. */
import {
  AT_INGRESS,
  TCA_CLS_FLAGS_SKIP_SW,
  TCA_EGRESS_MIRROR,
  TC_ACT_OK,
  TC_ACT_PIPE,
} from '../../../reference-impl/netlink/families/trafficControl.js';
import type { NetlinkResult } from '../../../reference-impl/netlink/client.js';
import {
  TrafficControlClient,
  type ActionRequest,
  type FilterRequest,
} from '../../../reference-impl/netlink/trafficControlClient.js';
import type { CapabilityAnswer, CapabilityAnswers, NetlinkProtocol, NetlinkSocket } from '../../contract/index.js';

const PRESENT: CapabilityAnswer = { present: true };
const absent = (reason: string): CapabilityAnswer => ({ present: false, reason });

const NO_PORT = 'There is no port to put a filter at.';
const HARDWARE = ['flow-offload', 'filters-forwarded'] as const;

/** The qdisc that is made for the question goes again, with all that is in it. */
export async function askFilters(
  open: (protocol: NetlinkProtocol) => Promise<NetlinkSocket>,
  [port, other = port]: readonly number[],
  bridging: CapabilityAnswers,
): Promise<CapabilityAnswers> {
  if (port === undefined || other === undefined) return everything(absent(NO_PORT));
  const tc = await TrafficControlClient.open(open);
  try {
    const made = await tc.addQdisc(port);
    if (!made.ok) return everything(absent(`This kernel has no clsact qdisc: ${worded(made)}.`));
    try {
      return { 'tc-qdisc': PRESENT, ...(await askKinds(tc, port, other, bridging)) };
    } finally {
      await tc.removeQdisc(port);
    }
  } finally {
    await tc.client.socket.close();
  }
}

const everything = (answer: CapabilityAnswer): CapabilityAnswers =>
  Object.fromEntries(
    ['tc-qdisc', 'tc-flower', 'tc-matchall', 'tc-gact', 'tc-mirred', 'tc-skbedit', ...HARDWARE].map((name) => [
      name,
      answer,
    ]),
  );

const worded = (result: NetlinkResult<unknown>): string => {
  if (result.ok) return 'accepted';
  const { errnoName, message } = result.error;
  return message === undefined ? errnoName : `${errnoName} (${message})`;
};

const PASS: ActionRequest = { kind: 'gact', options: { TCA_GACT_PARMS: { action: TC_ACT_OK } } };
const PRIORITY: ActionRequest = {
  kind: 'skbedit',
  options: { TCA_SKBEDIT_PARMS: { action: TC_ACT_OK }, TCA_SKBEDIT_PRIORITY: 1 },
};
const mirrorTo = (ifIndex: number): ActionRequest => ({
  kind: 'mirred',
  options: { TCA_MIRRED_PARMS: { action: TC_ACT_PIPE, eaction: TCA_EGRESS_MIRROR, ifindex: ifIndex } },
});

async function askKinds(
  tc: TrafficControlClient,
  port: number,
  other: number,
  bridging: CapabilityAnswers,
): Promise<CapabilityAnswers> {
  let priority = 0;
  const tried = (filter: Omit<FilterRequest, 'ifIndex'>): Promise<NetlinkResult<void>> =>
    tc.addFilter({ ifIndex: port, parent: AT_INGRESS, priority: ++priority, ...filter });
  const flower = await tried({ kind: 'flower', options: {} });
  const matchall = await tried({ kind: 'matchall', options: {} });
  const kind = flower.ok ? 'flower' : 'matchall';
  const withAction = async (action: ActionRequest): Promise<NetlinkResult<void>> =>
    flower.ok || matchall.ok ? tried({ kind, options: {}, actions: [action] }) : matchall;
  const gact = await withAction(PASS);
  const mirred = await withAction(mirrorTo(other));
  const skbedit = await withAction(PRIORITY);
  const hardware = flower.ok
    ? await tried({ kind: 'flower', options: { TCA_FLOWER_FLAGS: TCA_CLS_FLAGS_SKIP_SW }, actions: [PASS] })
    : flower;
  const answer = (result: NetlinkResult<unknown>, what: string): CapabilityAnswer =>
    result.ok ? PRESENT : absent(`${what} is refused: ${worded(result)}.`);
  const offload = answer(hardware, 'A filter for hardware alone');
  const forwards = bridging['switchdev']?.present === true;
  return {
    'tc-flower': answer(flower, 'A flower filter'),
    'tc-matchall': answer(matchall, 'A matchall filter'),
    'tc-gact': answer(gact, 'The action gact'),
    'tc-skbedit': answer(skbedit, 'The action skbedit'),
    'tc-mirred': answer(mirred, 'The action mirred'),
    'flow-offload': offload,
    'filters-forwarded':
      !forwards || offload.present
        ? PRESENT
        : absent(
            'Hardware forwards between these ports, and its driver takes no filters: frames that it forwards never come by the software.',
          ),
    'switch-acl-fillable': absent('Nobody can be asked how much room the access list of the hardware has.'),
  };
}
