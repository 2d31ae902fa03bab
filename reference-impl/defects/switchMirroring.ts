/** Seeded defects of mirrors. */
import type { MacAddress, Vid } from '../../harness/contract/index.js';
import { formatMac } from '../packet/addresses.js';
import { readU16 } from '../packet/bytes.js';
import type { Defect } from './defect.js';
import { ACT_MIRRED, FLOW_OFFLOAD, PRACTICE, TC_FORWARDING_TESTS } from './origins.js';
import { acl, tc } from './replacedParts.js';
import { withHost } from './wrapDevice.js';

const SOURCE = 6;

const withoutTag = (bytes: Uint8Array): Uint8Array => {
  if (readU16(bytes, 12) !== 0x8100) return bytes;
  const shorter = new Uint8Array(bytes.length - 4);
  shorter.set(bytes.subarray(0, 12));
  shorter.set(bytes.subarray(16), 12);
  return shorter;
};

export const switchMirrorDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-MIR-SHOWS-NOTHING',
    title: 'A mirror of the hardware shows nothing',
    description: 'The session is made, and never bound to the port.',
    origin: FLOW_OFFLOAD,
    caughtBy: 'SW-MIR-001',
    switch: acl({ mirrors: () => 0 }),
  },
  {
    id: 'DEF-SW-MIR-OWN-FRAMES-ONLY',
    title: 'Frames that the switch forwards are not mirrored where they leave',
    description: 'Only what the host sends passes the mirror.',
    origin: PRACTICE,
    caughtBy: 'SW-MIR-002',
    switch: acl({ mirrorsLeaving: (whose) => whose === 'host' }),
  },
  {
    id: 'DEF-SW-MIR-UNTAGGED',
    title: 'Copies have no tags',
    description: 'The copy is taken behind the stage that strips them.',
    origin: TC_FORWARDING_TESTS,
    caughtBy: 'SW-MIR-003',
    switch: acl({ sentCopy: (bytes, what) => (what === 'mirror' ? withoutTag(bytes) : bytes) }),
  },
  {
    id: 'DEF-SW-MIR-ONE-ONLY',
    title: 'The first of several mirrors gets a copy alone',
    description: 'The chip has one session for a rule, and the driver does not refuse the second.',
    origin: FLOW_OFFLOAD,
    caughtBy: 'SW-MIR-004',
    switch: acl({ mirrors: (ports) => ports & -ports }),
  },
  {
    id: 'DEF-SW-MIR-SENDS-INTO-NOTHING',
    title: 'Copies are sent to a mirror that is down, and counted as sent',
    description: 'Whether it is up is not looked at.',
    origin: ACT_MIRRED,
    caughtBy: 'SW-MIR-005',
    kernel: tc({ needsTargetUp: false }),
  },
  {
    id: 'DEF-SW-MIR-PAST-THE-FIREWALL',
    title: 'A frame that cannot be redirected goes its way',
    description: 'The failed action is skipped.',
    origin: ACT_MIRRED,
    caughtBy: 'SW-MIR-006',
    kernel: tc({ dropsUnredirected: false }),
  },
  {
    id: 'DEF-SW-MIR-GOES-ON',
    title: 'A mirror that is removed goes on in hardware',
    description: 'The driver is not told.',
    origin: FLOW_OFFLOAD,
    caughtBy: 'SW-MIR-007',
    kernel: tc({ destroysInHardware: (why) => why !== 'removed' }),
  },
  {
    id: 'DEF-SW-MIR-LEARNS-COPIES',
    title: 'Senders are learned where their frames leave, copies included',
    description: 'The learning stage sees what goes out at a port.',
    origin: PRACTICE,
    caughtBy: 'SW-MIR-008',
    wrap: (device) =>
      withHost(device, (driver) => ({
        transmitToCable: (port, frame) => {
          driver.fdbLearned(port, { address: formatMac(frame.bytes, SOURCE) as MacAddress, vid: 0 as Vid });
          driver.transmitToCable(port, frame);
        },
      })),
  },
  {
    id: 'DEF-SW-MIR-TWICE',
    title: 'Each mirror gets two copies',
    description: 'The frame is mirrored by the classifier, and again by its action.',
    origin: ACT_MIRRED,
    caughtBy: 'SW-MIR-009',
    kernel: tc({ copies: (isMirror) => (isMirror ? 2 : 1) }),
  },
  {
    id: 'DEF-SW-MIR-HOST-UNSEEN',
    title: 'What the host sends is not mirrored',
    description: 'Frames of the host enter the switch behind the mirror.',
    origin: PRACTICE,
    caughtBy: 'SW-MIR-010',
    switch: acl({ mirrorsLeaving: (whose) => whose === 'forwarded' }),
  },
  {
    id: 'DEF-SW-MIR-NOWHERE',
    title: 'A mirror without a net device is accepted',
    description: 'It is an action that does nothing.',
    origin: ACT_MIRRED,
    caughtBy: 'SW-MIR-011',
    kernel: tc({
      answers: (refusal) => (refusal.message === 'act_mirred: Must specify device or block' ? { ok: true } : refusal),
    }),
  },
  {
    id: 'DEF-SW-MIR-SECOND-MATCHALL',
    title: 'A second filter for every frame is accepted',
    description: 'It is never reached.',
    origin: ACT_MIRRED,
    caughtBy: 'SW-MIR-012',
    kernel: tc({ refusesSecondMatchall: false }),
  },
  {
    id: 'DEF-SW-MIR-STALE-TARGET',
    title: 'A mirror that is gone is still told',
    description: 'The filter keeps the index of a net device that another one may get.',
    origin: ACT_MIRRED,
    caughtBy: 'SW-MIR-013',
    kernel: tc({ forgetsTarget: false }),
  },
  {
    id: 'DEF-SW-MIR-WRONG-WAY',
    title: 'A frame that is to come in leaves',
    description: 'The direction is not looked at.',
    origin: ACT_MIRRED,
    caughtBy: 'SW-MIR-014',
    kernel: tc({ wantsIngress: () => false }),
  },
  {
    id: 'DEF-SW-MIR-LEAVES-REFUSED',
    title: 'A mirror that is refused is listed all the same',
    description: 'The filter is linked before the hardware is asked, and not unlinked.',
    origin: FLOW_OFFLOAD,
    caughtBy: 'SW-MIR-015',
    kernel: tc({ undoesRefused: false }),
  },
  {
    id: 'DEF-SW-MIR-LOOPS',
    title: 'Mirrors that show each other go on until a limit stops them',
    description: 'Only how deep a frame is is looked at, and not where it was.',
    origin: ACT_MIRRED,
    caughtBy: 'SW-MIR-016',
    kernel: tc({ stopsLoops: false }),
  },
];
