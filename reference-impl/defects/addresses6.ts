/** Seeded defects of addresses and settings of IPv6. */
import type { Defect } from './defect.js';
import { ADDRCONF, NDISC } from './origins.js';
import { routing6 } from './replacedParts.js';

export const address6Defects: readonly Defect[] = [
  {
    id: 'DEF-SW6-NO-LINK-LOCAL',
    title: 'A link gets no address of its own',
    description: 'Nobody makes one when IPv6 is switched on.',
    origin: ADDRCONF,
    caughtBy: 'SW-RT6-030',
    kernel: routing6({ makesLinkLocal: false }),
  },
  {
    id: 'DEF-SW6-DISABLED-GOES-ON',
    title: 'IPv6 that is switched off goes on',
    description: 'disable_ipv6 is looked at when a port comes up, and never again.',
    origin: ADDRCONF,
    caughtBy: 'SW-RT6-031',
    kernel: routing6({ removesWhenDisabled: false }),
  },
  {
    id: 'DEF-SW6-NARROW-LINK',
    title: 'IPv6 goes on over a link that is too narrow',
    description: 'The MTU is not compared.',
    origin: ADDRCONF,
    caughtBy: 'SW-RT6-032',
    kernel: routing6({ stopsBelowMinimum: false }),
  },
  {
    id: 'DEF-SW6-ADDRESS-TWICE',
    title: 'An address of IPv6 is given twice',
    description: 'What is there is not looked for.',
    origin: ADDRCONF,
    caughtBy: 'SW-RT6-033',
    kernel: routing6({ refusesSecondAddress: false }),
  },
  {
    id: 'DEF-SW6-UNEXAMINED',
    title: 'An address is used without an examination',
    description: 'accept_dad is not looked at.',
    origin: ADDRCONF,
    caughtBy: 'SW-RT6-034',
    kernel: routing6({ examines: false }),
  },
  {
    id: 'DEF-SW6-DUPLICATE-UNNOTICED',
    title: 'Nobody notices that somebody else has the address',
    description: 'Only silence is waited for.',
    origin: NDISC,
    caughtBy: 'SW-RT6-035',
    kernel: routing6({ noticesDuplicate: false }),
  },
  {
    id: 'DEF-SW6-ADDRESS-FOR-EVER',
    title: 'An address stays when its time is over',
    description: 'The lifetime is shown, and nothing more.',
    origin: ADDRCONF,
    caughtBy: 'SW-RT6-036',
    kernel: routing6({ expires: false }),
  },
  {
    id: 'DEF-SW6-PREFERRED-FOR-EVER',
    title: 'An address may be preferred for longer than it lives',
    description: 'The lifetimes are not compared.',
    origin: ADDRCONF,
    caughtBy: 'SW-RT6-037',
    kernel: routing6({ refusesLongPreference: false }),
  },
  {
    id: 'DEF-SW6-ALL-MEANS-NONE',
    title: 'Forwarding of all changes no net device',
    description: 'The row is written, and nothing more.',
    origin: ADDRCONF,
    caughtBy: 'SW-RT6-038',
    kernel: routing6({ allMeansEach: false }),
  },
  {
    id: 'DEF-SW6-HOP-LIMIT-UNBOUNDED',
    title: 'A hop limit of 256 is taken',
    description: 'The bounds are not looked at.',
    origin: ADDRCONF,
    caughtBy: 'SW-RT6-039',
    kernel: routing6({ boundsHopLimit: false }),
  },
];
