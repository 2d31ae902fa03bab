/** Seeded defects of the forwarding database, in the chip, in its driver and in the core. */
import type { Device, DriverResult, FdbKey, PortName } from '../../harness/contract/index.js';
import type { Defect } from './defect.js';
import { BRIDGE_FDB, BRIDGE_SWITCHDEV, FORWARDING_TESTS, PRACTICE, SWITCHDEV } from './origins.js';
import { bridge, chip, nic } from './replacedParts.js';
import { withHost, withSwitchdev } from './wrapDevice.js';

const done: DriverResult = { ok: true, value: undefined };
const EVERYWHERE = 0xffff_ffff | 0;

/** The driver tells the kernel of an address the first time, and not when it moves. */
function movingInSilence(device: Device): Device {
  const told = new Map<string, PortName>();
  const keyOf = ({ address, vid }: FdbKey): string => `${address} ${vid}`;
  const watched = withHost(device, (kernel) => ({
    fdbLearned: (port, entry) => {
      if (told.has(keyOf(entry))) return;
      told.set(keyOf(entry), port);
      kernel.fdbLearned(port, entry);
    },
  }));
  return withSwitchdev(watched, (sound) => ({
    removeFdb: (port, key) => {
      told.delete(keyOf(key));
      return sound.removeFdb(port, key);
    },
    join: (port, into) => {
      told.clear();
      return sound.join(port, into);
    },
  }));
}

export const switchTableDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-FDB-ENTRY-OF-NO-VLAN',
    title: 'One entry is looked for without its VLAN',
    description: 'The VLAN of the request is not taken over to the lookup.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-036',
    kernel: bridge({ vlanOfEntry: () => 0 }),
  },
  {
    id: 'DEF-SW-FDB-ENTRY-UNCHECKED',
    title: 'What a request for one entry says beside the address is not looked at',
    description: 'Who asks for something that is not looked at gets an answer to another question.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-037',
    kernel: bridge({ checksEntryRequest: false }),
  },
  {
    id: 'DEF-SW-FLOODS-BACK',
    title: 'A flooded frame leaves where it came in',
    description: 'The port of arrival is not taken out of the flood.',
    origin: FORWARDING_TESTS,
    caughtBy: 'SW-FDB-001',
    switch: chip({ returns: () => true }),
  },
  {
    id: 'DEF-SW-IS-A-HUB',
    title: 'A frame to a known station leaves everywhere',
    description: 'The lookup is done and its result not used.',
    origin: PRACTICE,
    caughtBy: 'SW-FDB-002',
    switch: chip({ direct: () => EVERYWHERE }),
  },
  {
    id: 'DEF-SW-LEARNS-FROM-UNICAST-ONLY',
    title: 'Stations that broadcast are not learned',
    description: 'Frames to groups take another way through the pipeline, without the learning stage.',
    origin: PRACTICE,
    caughtBy: 'SW-FDB-003',
    switch: chip({ learnsFromGroups: false }),
  },
  {
    id: 'DEF-SW-HOLDS-STATIONS',
    title: 'A station that moves stays where it was',
    description: 'The chip learns new addresses only; a move waits for the old entry to age.',
    origin: FORWARDING_TESTS,
    caughtBy: 'SW-FDB-004',
    switch: chip({ followsMoves: false }),
  },
  {
    id: 'DEF-SW-NEVER-AGES',
    title: 'What was learned is never forgotten',
    description: 'The ageing timer of the chip is not started.',
    origin: SWITCHDEV,
    caughtBy: 'SW-FDB-005',
    switch: chip({ ageingTime: (configured) => configured * 1000 }),
  },
  {
    id: 'DEF-SW-AGES-BUSY-STATIONS',
    title: 'A station that speaks is forgotten',
    description: 'The time of an entry is that of its creation.',
    origin: SWITCHDEV,
    caughtBy: 'SW-FDB-006',
    switch: chip({ refreshes: false }),
  },
  {
    id: 'DEF-SW-REFRESHES-ON-USE',
    title: 'A station that is sent to is not forgotten',
    description: 'The activity bit of an entry is set by both lookups, that of the source and that of the destination.',
    origin: PRACTICE,
    caughtBy: 'SW-FDB-007',
    switch: chip({ refreshesOnUse: true }),
  },
  {
    id: 'DEF-SW-ZERO-AGEING-IS-DEFAULT',
    title: 'An ageing time of 0 means the default',
    description: 'The register takes 0 for "as at reset".',
    origin: PRACTICE,
    caughtBy: 'SW-FDB-008',
    switch: chip({ ageingTime: (configured) => (configured === 0 ? 300_000 : configured) }),
  },
  {
    id: 'DEF-SW-STATIC-NOT-PROGRAMMED',
    title: 'A static entry does not reach the hardware',
    description: 'The driver takes the entry, says that it is offloaded, and does nothing.',
    origin: BRIDGE_SWITCHDEV,
    caughtBy: 'SW-FDB-009',
    wrap: (device) => withSwitchdev(device, () => ({ addFdb: () => done })),
  },
  {
    id: 'DEF-SW-USERS-DYNAMIC-STAYS',
    title: "A dynamic entry of the user's does not age",
    description: 'All that a user put there is taken for static.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-010',
    kernel: bridge({ ages: () => false }),
  },
  {
    id: 'DEF-SW-PERMANENT-NOT-TOLD',
    title: 'Further addresses of the host are flooded',
    description: 'The driver programs the addresses of its ports and ignores those that the user adds.',
    origin: BRIDGE_SWITCHDEV,
    caughtBy: 'SW-FDB-011',
    wrap: (device) =>
      withSwitchdev(device, (sound) => ({
        addHostFdb: (id, key) => (key.address.startsWith('02:5a') ? undefined : sound.addHostFdb(id, key)),
      })),
  },
  {
    id: 'DEF-SW-STICKY-MOVES',
    title: 'A sticky entry moves',
    description: 'The driver does not pass the flag on to the chip.',
    origin: FORWARDING_TESTS,
    caughtBy: 'SW-FDB-012',
    switch: chip({ keepsSticky: false }),
  },
  {
    id: 'DEF-SW-DELETES-IN-SOFTWARE-ONLY',
    title: 'An entry that is taken away goes on serving',
    description: 'The driver has no handler for SWITCHDEV_FDB_DEL_TO_DEVICE.',
    origin: BRIDGE_SWITCHDEV,
    caughtBy: 'SW-FDB-013',
    wrap: (device) => withSwitchdev(device, () => ({ removeFdb: () => undefined })),
  },
  {
    id: 'DEF-SW-TAKES-DUPLICATES',
    title: 'What is there already is accepted once more',
    description: 'NLM_F_EXCL is not looked at.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-014',
    kernel: bridge({ entryRefusal: (errno) => (errno === 'EEXIST' ? undefined : errno) }),
  },
  {
    id: 'DEF-SW-TAKES-NONSENSE',
    title: 'An entry that makes no sense is accepted, and nothing done',
    description: 'The check is there and its result dropped.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-015',
    kernel: bridge({ entryRefusal: (errno) => (errno === 'EINVAL' ? undefined : errno) }),
  },
  {
    id: 'DEF-SW-FORGETS-IN-SILENCE',
    title: 'An entry that goes is not announced',
    description: 'Only what comes is told to RTNLGRP_NEIGH.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-016',
    kernel: bridge({ tells: (change) => change === 'new' }),
  },
  {
    id: 'DEF-SW-KEEPS-STATIONS-OF-DOWN-PORT',
    title: 'The stations of a port that is down stay in the table',
    description: 'Their frames are lost until they age.',
    origin: PRACTICE,
    caughtBy: 'SW-FDB-017',
    kernel: bridge({ flushesOnDown: false }),
  },
  {
    id: 'DEF-SW-KEEPS-STATIONS-OF-FORMER-PORT',
    title: 'The entries of a port that has left stay in the table',
    description: 'They lead to a port that is in no bridge.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-018',
    switch: chip({ flushes: false }),
    wrap: (device) => withSwitchdev(device, () => ({ removeFdb: () => undefined })),
  },
  {
    id: 'DEF-SW-FLUSH-TAKES-STATIC',
    title: 'A flush takes the static entries too',
    description: 'The whole table is cleared with one command.',
    origin: PRACTICE,
    caughtBy: 'SW-FDB-019',
    kernel: bridge({ sparesStatic: false }),
  },
  {
    id: 'DEF-SW-PORT-FLUSH-TAKES-ALL',
    title: 'A flush of one port flushes all',
    description: 'There is one command to clear the table, and none to clear a part of it.',
    origin: PRACTICE,
    caughtBy: 'SW-FDB-020',
    kernel: bridge({ flushedWith: () => true }),
  },
  {
    id: 'DEF-SW-LEARNS-GROUPS',
    title: 'A group address is learned as a source',
    description: 'The group bit of the source is not looked at.',
    origin: PRACTICE,
    caughtBy: 'SW-FDB-021',
    switch: chip({ refusesSource: () => false }),
  },
  {
    id: 'DEF-SW-HOST-ADDRESS-MOVES',
    title: "The host's address can be taken over",
    description: "The host's own address is an entry like any other, and moves where it is seen.",
    origin: BRIDGE_SWITCHDEV,
    caughtBy: 'SW-FDB-022',
    switch: chip({ keepsHost: false }),
  },
  {
    id: 'DEF-SW-MOVES-IN-SILENCE',
    title: 'A move is not told to the kernel',
    description: 'The chip reports new addresses only, so that the two tables say different things.',
    origin: SWITCHDEV,
    caughtBy: 'SW-FDB-023',
    wrap: movingInSilence,
  },
  {
    id: 'DEF-SW-FDB-BULK-TAKES-ALL',
    title: 'A bulk deletion takes the whole table',
    description: 'The state and the port that narrow it are not looked at.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-024',
    kernel: bridge({ bulkTakes: () => true }),
  },
  {
    id: 'DEF-SW-LEARNS-IN-SILENCE',
    title: 'What the chip learns is not told',
    description: 'The learning notification is not enabled.',
    origin: SWITCHDEV,
    caughtBy: 'SW-HW-001',
    switch: chip({ tellsLearned: false }),
  },
  {
    id: 'DEF-SW-NO-STATIC-OFFLOAD',
    title: 'Static entries stay in software',
    description: 'The driver refuses them, and the chip floods what the kernel would direct.',
    origin: SWITCHDEV,
    caughtBy: 'SW-HW-002',
    wrap: (device) => withSwitchdev(device, () => ({ addFdb: () => ({ ok: false, errno: 95 as never }) })),
  },
  {
    id: 'DEF-SW-OFFLOADS-AGEING-ENTRY',
    title: 'Entries that age are programmed as if they were static',
    description: 'Every entry of the user goes to the driver, whose hardware keeps it for ever.',
    origin: BRIDGE_SWITCHDEV,
    caughtBy: 'SW-HW-008',
    kernel: bridge({ tellsDrivers: () => true }),
  },
  {
    id: 'DEF-SW-COPIES-KNOWN-TO-HOST',
    title: 'The host sees the frames of others',
    description: 'A rule that was left from bring-up copies every frame to the host.',
    origin: PRACTICE,
    caughtBy: 'SW-HW-003',
    switch: chip({ copiesKnown: true }),
  },
  {
    id: 'DEF-SW-FORWARDS-TWICE',
    title: 'Flooded frames leave twice',
    description:
      'The driver does not set offload_fwd_mark, and the bridge of the kernel floods what the chip has flooded.',
    origin: BRIDGE_SWITCHDEV,
    caughtBy: 'SW-HW-004',
    switch: chip({ marksForwarded: false }),
  },
  {
    id: 'DEF-SW-FULL-IN-SILENCE',
    title: 'An entry for which there is no room is taken for offloaded',
    description: 'The driver does not look at what the chip answers.',
    origin: PRACTICE,
    caughtBy: 'SW-HW-006',
    switch: chip({ admits: () => true }),
  },
  {
    id: 'DEF-SW-COUNTS-HOST-FRAMES-ONLY',
    title: 'Forwarded frames are not counted',
    description: "The counters of a port are those of the host's rings.",
    origin: PRACTICE,
    caughtBy: 'SW-HW-007',
    nic: nic({ countsForwarded: false }),
  },
  {
    id: 'DEF-SW-AGES-IN-SILENCE',
    title: 'What the chip has forgotten stays in the table of the kernel',
    description: 'The driver does not poll for entries that aged.',
    origin: SWITCHDEV,
    caughtBy: 'SW-HW-005',
    switch: chip({ tellsForgotten: false }),
  },
];
