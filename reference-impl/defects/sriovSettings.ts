/** Seeded defects of settings of virtual functions: what is set, refused, told and announced. */
import type { MacAddress } from '../../harness/contract/index.js';
import { OK } from '../kernel/errno.js';
import { isValues, listIn, nestIn, numberIn } from '../netlink/schema.js';
import type { Defect } from './defect.js';
import { ICE_VF, IGB_VF, IXGBE_VF, NETDEVSIM_VF, PRACTICE, RTNL_VF, SRIOV_API } from './origins.js';
import { eswitch, sriov } from './replacedParts.js';
import { withSriov } from './wrapDevice.js';

export const sriovSettingDefects: readonly Defect[] = [
  {
    id: 'DEF-SRIOV-OLD-RATE',
    title: 'The old form tells the lowest rate',
    description: 'Who has not learned of two rates is told the other one.',
    origin: RTNL_VF,
    caughtBy: 'SRIOV-VF-012',
    kernel: sriov({
      entry: (attributes) => ({
        ...attributes,
        IFLA_VF_TX_RATE: {
          ...nestIn(attributes, 'IFLA_VF_TX_RATE'),
          rate: numberIn(nestIn(attributes, 'IFLA_VF_RATE'), 'min_tx_rate') ?? 0,
        },
      }),
    }),
  },
  {
    id: 'DEF-SRIOV-NO-PROTOCOL',
    title: 'The list of VLANs tells no protocol',
    description: 'The member came later, and is left at zero.',
    origin: RTNL_VF,
    caughtBy: 'SRIOV-VF-008',
    kernel: sriov({
      entry: (attributes) => {
        const list = listIn(nestIn(attributes, 'IFLA_VF_VLAN_LIST'), 'IFLA_VF_VLAN_INFO').filter(isValues);
        const without = list.map((vlan) => ({ ...vlan, vlan_proto: 0 }));
        return { ...attributes, IFLA_VF_VLAN_LIST: { IFLA_VF_VLAN_INFO: without } };
      },
    }),
  },
  {
    id: 'DEF-SRIOV-PRIORITY-NOT-TOLD',
    title: 'A priority without a VLAN is not told',
    description: 'The priority is part of the tag, and there is none.',
    origin: PRACTICE,
    caughtBy: 'SRIOV-VF-008',
    kernel: sriov({ told: (config) => (config.vlan === 0 ? { ...config, qos: 0 } : config) }),
  },
  {
    id: 'DEF-SRIOV-NO-LIMIT-IS-ZERO',
    title: 'A lowest rate needs a highest',
    description: 'A highest rate of 0, which is none, is compared as a number.',
    origin: RTNL_VF,
    caughtBy: 'SRIOV-VF-013',
    kernel: sriov({ ratesCross: (lowest, highest) => highest < lowest }),
  },
  {
    id: 'DEF-SRIOV-TOLD-TO-ALL',
    title: 'Functions are told to who does not ask',
    description: 'The mask of the request is not looked at.',
    origin: RTNL_VF,
    caughtBy: 'SRIOV-VF-001',
    kernel: sriov({ needsFilter: false }),
  },
  {
    id: 'DEF-SRIOV-STATISTICS-ANYWAY',
    title: 'Statistics are read though nobody wants them',
    description: 'The mask is looked at for the functions, and not for their counters.',
    origin: RTNL_VF,
    caughtBy: 'SRIOV-VF-002',
    kernel: sriov({ skipsStatistics: () => false }),
  },
  {
    id: 'DEF-SRIOV-ENTRY-WITHOUT-REST',
    title: 'An entry without what the driver does not report',
    description: 'Members that are not reported are left out instead of being told as unknown.',
    origin: RTNL_VF,
    caughtBy: 'SRIOV-VF-003',
    kernel: sriov({
      entry: (attributes) =>
        Object.fromEntries(Object.entries(attributes).filter(([name]) => name !== 'IFLA_VF_RSS_QUERY_EN')),
    }),
  },
  {
    id: 'DEF-SRIOV-MAC-OF-START',
    title: 'The MAC that is told is that of the start',
    description: 'The setting is stored elsewhere than it is read.',
    origin: NETDEVSIM_VF,
    caughtBy: 'SRIOV-VF-004',
    kernel: sriov({ told: (config) => ({ ...config, address: '02:00:00:00:00:00' as MacAddress }) }),
  },
  {
    id: 'DEF-SRIOV-GROUP-ADDRESS',
    title: 'A group is taken for an address',
    description: 'The bit is not looked at.',
    origin: NETDEVSIM_VF,
    caughtBy: 'SRIOV-VF-005',
    eswitch: eswitch({ refusesMulticastAddress: false }),
  },
  {
    id: 'DEF-SRIOV-ZERO-IGNORED',
    title: 'The zero address is ignored',
    description: 'It is accepted, and the address of before stays.',
    origin: IGB_VF,
    caughtBy: 'SRIOV-VF-006',
    eswitch: eswitch({ zeroAddressFrees: false }),
  },
  {
    id: 'DEF-SRIOV-NUMBER-WRAPS',
    title: 'Numbers of functions wrap around',
    description: 'The number is an index into a ring of queues.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-VF-007',
    eswitch: eswitch({ checksVfNumber: false }),
  },
  {
    id: 'DEF-SRIOV-PRIORITY-LOST',
    title: 'The priority is lost',
    description: 'Only the VLAN is told.',
    origin: NETDEVSIM_VF,
    caughtBy: 'SRIOV-VF-008',
    kernel: sriov({ told: (config) => ({ ...config, qos: 0 }) }),
  },
  {
    id: 'DEF-SRIOV-VLAN-CUT',
    title: 'A VLAN is cut to 12 bits',
    description: '5000 is 904.',
    origin: NETDEVSIM_VF,
    caughtBy: 'SRIOV-VF-009',
    eswitch: eswitch({ checksVlanRange: false }),
  },
  {
    id: 'DEF-SRIOV-SERVICE-IS-CUSTOMER',
    title: 'A service tag becomes a customer tag',
    description: 'The protocol of the request is not looked at.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-VF-010',
    eswitch: eswitch({ checksVlanProtocol: false }),
  },
  {
    id: 'DEF-SRIOV-LIST-CUT',
    title: 'A list of VLANs is cut to its first',
    description: 'The others are dropped in silence.',
    origin: RTNL_VF,
    caughtBy: 'SRIOV-VF-011',
    kernel: sriov({ checksVlanList: false }),
  },
  {
    id: 'DEF-SRIOV-RATE-IN-KILOBITS',
    title: 'A rate is told in other units',
    description: 'It is set in megabits and told in kilobits.',
    origin: ICE_VF,
    caughtBy: 'SRIOV-VF-012',
    kernel: sriov({ told: (config) => ({ ...config, maxTxRate: config.maxTxRate * 1000 }) }),
  },
  {
    id: 'DEF-SRIOV-RATES-CROSSED',
    title: 'A highest rate below the lowest',
    description: 'The two are not compared.',
    origin: RTNL_VF,
    caughtBy: 'SRIOV-VF-013',
    kernel: sriov({ checksRates: false }),
  },
  {
    id: 'DEF-SRIOV-LOWEST-LOST',
    title: 'The old request takes the lowest rate away',
    description: 'It knows of one rate, and sets the other to zero.',
    origin: RTNL_VF,
    caughtBy: 'SRIOV-VF-014',
    kernel: sriov({ keepsMinimum: false }),
  },
  {
    id: 'DEF-SRIOV-ANY-RATE',
    title: 'A rate beyond the link',
    description: 'Nobody compares it with the speed.',
    origin: IGB_VF,
    caughtBy: 'SRIOV-VF-015',
    eswitch: eswitch({ checksRate: false }),
  },
  {
    id: 'DEF-SRIOV-CHECK-ALWAYS-ON',
    title: 'The spoof check is told as on',
    description: 'The driver tells what it wants, and not what is.',
    origin: NETDEVSIM_VF,
    caughtBy: 'SRIOV-VF-016',
    kernel: sriov({ told: (config) => ({ ...config, spoofCheck: true }) }),
  },
  {
    id: 'DEF-SRIOV-ANY-LINK-STATE',
    title: 'An unknown link state is taken',
    description: 'It is written into a field of two bits.',
    origin: NETDEVSIM_VF,
    caughtBy: 'SRIOV-VF-017',
    eswitch: eswitch({ checksLinkState: false }),
  },
  {
    id: 'DEF-SRIOV-TRUST-UNTOLD',
    title: 'Trust is not told',
    description: 'A guest is trusted, and nobody sees it.',
    origin: NETDEVSIM_VF,
    caughtBy: 'SRIOV-VF-018',
    kernel: sriov({ told: (config) => ({ ...config, trusted: false }) }),
  },
  {
    id: 'DEF-SRIOV-SHORT-ATTRIBUTE',
    title: 'Half an attribute is read whole',
    description: 'The length is not looked at before the cast.',
    origin: RTNL_VF,
    caughtBy: 'SRIOV-VF-019',
    kernel: sriov({ checksLengths: false }),
  },
  {
    id: 'DEF-SRIOV-GOES-ON',
    title: 'A request goes on behind a refusal',
    description: 'All settings are tried, and the last answer counts.',
    origin: RTNL_VF,
    caughtBy: 'SRIOV-VF-020',
    kernel: sriov({ stopsAtRefusal: false }),
  },
  {
    id: 'DEF-SRIOV-FIRST-ENTRY-ONLY',
    title: 'Only the first entry of a request counts',
    description: 'The others are dropped in silence.',
    origin: RTNL_VF,
    caughtBy: 'SRIOV-VF-021',
    kernel: sriov({ setsAllEntries: false }),
  },
  {
    id: 'DEF-SRIOV-UNANNOUNCED',
    title: 'Changes of functions are not announced',
    description: 'Programs that watch the link believe in what was before.',
    origin: RTNL_VF,
    caughtBy: 'SRIOV-VF-022',
    kernel: sriov({ announces: false }),
  },
  {
    id: 'DEF-SRIOV-RSS-QUERY',
    title: 'Guests may read the hash key',
    description: 'The driver implements the query that the interface was frozen without.',
    origin: SRIOV_API,
    caughtBy: 'SRIOV-VF-023',
    wrap: (device) => withSriov(device, () => ({ setVfRssQuery: () => OK })),
  },
  {
    id: 'DEF-SRIOV-GUID-TAKEN',
    title: 'Ethernet takes a GUID',
    description: 'The request is acknowledged, and nothing happens.',
    origin: RTNL_VF,
    caughtBy: 'SRIOV-VF-024',
    kernel: sriov({ refusesGuid: false }),
  },
  {
    id: 'DEF-SRIOV-NEIGHBOUR-TRUSTED',
    title: 'The neighbour is trusted too',
    description: 'Two functions share a register, and both bits are set.',
    origin: PRACTICE,
    caughtBy: 'SRIOV-VF-025',
    wrap: (device) =>
      withSriov(device, (sound) => ({
        setVfTrust: async (port, vf, on) => {
          if (vf > 0) await sound.setVfTrust?.(port, vf - 1, on);
          return sound.setVfTrust?.(port, vf, on) ?? OK;
        },
      })),
  },
  {
    id: 'DEF-SRIOV-REFUSED-BUT-DONE',
    title: 'A setting is refused and half done',
    description: 'The priority is stored before the VLAN is looked at.',
    origin: PRACTICE,
    caughtBy: 'SRIOV-VF-026',
    wrap: (device) =>
      withSriov(device, (sound) => ({
        setVfVlan: async (port, vf, vlan) => {
          const isBad = vlan.vlan > 4095 && vlan.qos <= 7;
          if (isBad) await sound.setVfVlan?.(port, vf, { ...vlan, vlan: 0 });
          return sound.setVfVlan?.(port, vf, vlan) ?? OK;
        },
      })),
  },
];
