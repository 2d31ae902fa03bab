/** What a driver does for virtual functions: asked by making one, setting it, and taking it away again. */
import type { NetlinkResult } from '../../../reference-impl/netlink/client.js';
import { nestIn, numberIn, type Values } from '../../../reference-impl/netlink/schema.js';
import { VirtualFunctionClient } from '../../../reference-impl/netlink/virtualFunctionClient.js';
import type { CapabilityAnswer, CapabilityAnswers } from '../../contract/index.js';
import { settleLink } from './carrier.js';
import type { MachineChannels } from './channels.js';
import type { PortAccess } from './portState.js';
import { withDevlink } from './sriovState.js';

const PRESENT: CapabilityAnswer = { present: true };
const absent = (reason: string): CapabilityAnswer => ({ present: false, reason });

const SETTINGS: readonly (readonly [capability: string, info: Values])[] = [
  ['sriov-vf-rate', { IFLA_VF_RATE: { vf: 0, min_tx_rate: 0, max_tx_rate: 0 } }],
  ['sriov-vf-min-rate', { IFLA_VF_RATE: { vf: 0, min_tx_rate: 10, max_tx_rate: 100 } }],
  ['sriov-vf-spoofchk', { IFLA_VF_SPOOFCHK: { vf: 0, setting: 1 } }],
  ['sriov-vf-trust', { IFLA_VF_TRUST: { vf: 0, setting: 0 } }],
  ['sriov-vf-link-state', { IFLA_VF_LINK_STATE: { vf: 0, link_state: 0 } }],
];

const OF_FUNCTIONS = [
  'sriov-capability',
  'sriov-vf-devices',
  'sriov-vf-settings',
  'sriov-vf-statistics',
  'representors',
  'representor-traffic',
  'devlink-port-function',
  'devlink-rate-leaves',
  'devlink-port-capabilities',
  'devlink-max-io-eqs',
  'devlink-subfunctions',
  'sriov-vf-msix',
  ...SETTINGS.map(([name]) => name),
];

const everything = (answer: CapabilityAnswer): CapabilityAnswers =>
  Object.fromEntries(['sriov', ...OF_FUNCTIONS].map((name) => [name, answer]));

/** The answers of a device that cannot have virtual functions. */
export const noFunctions = (reason: string): CapabilityAnswers => ({
  ...everything(absent(reason)),
  'eswitch-switchdev': absent(reason),
});

/** How long a link may take to come back. */
const LINK_MS = 5_000;

/** How long the driver of a function may take to register its net device. */
const NET_DEVICE_MS = 3_000;

export async function askSriov(
  channels: MachineChannels,
  port: PortAccess,
  driver: string,
): Promise<CapabilityAnswers> {
  const { sysfs, clock } = channels;
  const folder = `class/net/${port.netDevice}/device`;
  const modes = await modesAnswer(port, driver);
  const before = await sysfs.read(`${folder}/sriov_numvfs`);
  const none = absent(`The driver ${driver} has no virtual functions here.`);
  if (!before.ok) return { ...everything(none), ...modes };
  if (Number(before.value) !== 0) return { ...everything(absent('There are virtual functions already.')), ...modes };
  const made = await sysfs.write(`${folder}/sriov_numvfs`, '1');
  if (!made.ok) return { ...everything(none), ...modes };
  const client = await VirtualFunctionClient.open((protocol) => channels.netlink(protocol));
  try {
    const onBus = (await sysfs.read(`${folder}/sriov_totalvfs`)).ok;
    let hasNetDevice = false;
    for (let waited = 0; onBus && !hasNetDevice && waited < NET_DEVICE_MS; waited += 50) {
      hasNetDevice = (await sysfs.list(`${folder}/virtfn0/net`)).ok;
      if (!hasNetDevice) await clock.sleep(50);
    }
    return {
      ...modes,
      sriov: PRESENT,
      'sriov-capability': onBus
        ? PRESENT
        : absent(`The functions of ${driver} are not made by the core of the PCI bus.`),
      'sriov-vf-msix':
        Number((await sysfs.read(`${folder}/sriov_vf_total_msix`).then((read) => (read.ok ? read.value : '0'))) || 0) >
        0
          ? PRESENT
          : absent(`The driver ${driver} has no interrupt vectors to share out (sriov_vf_total_msix).`),
      'sriov-vf-devices': hasNetDevice ? PRESENT : absent('No driver of this host takes the functions.'),
      ...(await settingAnswers(client, port, driver)),
      ...(await representorAnswers(port, driver, modes)),
    };
  } finally {
    await client.client.socket.close();
    await sysfs.write(`${folder}/sriov_numvfs`, '0');
  }
}

async function modesAnswer(port: PortAccess, driver: string): Promise<CapabilityAnswers> {
  const answer = await withDevlink(port, (devlink, handle) => devlink.call('ESWITCH_GET', handle));
  const hasMode = answer?.ok === true && answer.value[0]?.values['DEVLINK_ATTR_ESWITCH_MODE'] !== undefined;
  return {
    'eswitch-switchdev': hasMode ? PRESENT : absent(`The driver ${driver} tells no mode of an embedded switch.`),
  };
}

async function settingAnswers(
  client: VirtualFunctionClient,
  { ifIndex, route }: PortAccess,
  driver: string,
): Promise<CapabilityAnswers> {
  const told = await client.functionsOf(ifIndex);
  const [entry] = told.ok ? (told.value.entries ?? []) : [];
  const answers: Record<string, CapabilityAnswer> = {
    'sriov-vf-settings':
      entry === undefined
        ? absent(`The driver ${driver} tells nothing of its functions (ndo_get_vf_config).`)
        : PRESENT,
    'sriov-vf-statistics': absent('Nobody can be asked whether a driver counts what its functions receive and send.'),
  };
  for (const [name, info] of SETTINGS) {
    // A rate is compared with the link, which making functions may have taken away for a while.
    if (name.endsWith('rate')) await settleLink(route, ifIndex, LINK_MS);
    const answer = await client.set(ifIndex, info);
    answers[name] = answer.ok ? PRESENT : absent(refusalText(driver, name, answer));
  }
  const linkState = numberIn(nestIn(entry, 'IFLA_VF_LINK_STATE'), 'link_state');
  if (linkState === undefined) answers['sriov-vf-link-state'] = absent(`The driver ${driver} tells no link state.`);
  return answers;
}

const refusalText = (driver: string, name: string, answer: NetlinkResult<unknown>): string =>
  `The driver ${driver} refuses ${name.replace('sriov-vf-', '')} with ${answer.ok ? '' : answer.error.errnoName}.`;

/** DEVLINK_PORT_FLAVOUR_PCI_SF, with a number that nobody uses. */
const PROBE_SUBFUNCTION: Values = {
  DEVLINK_ATTR_PORT_FLAVOUR: 7,
  DEVLINK_ATTR_PORT_PCI_PF_NUMBER: 0,
  DEVLINK_ATTR_PORT_PCI_SF_NUMBER: 4095,
};

/** Tried where there is the mode: nothing else tells whether functions are represented. */
async function representorAnswers(
  port: PortAccess,
  driver: string,
  modes: CapabilityAnswers,
): Promise<CapabilityAnswers> {
  const no = absent(`The driver ${driver} has no switchdev mode.`);
  const absentAll = {
    representors: no,
    'representor-traffic': no,
    'devlink-port-function': no,
    'devlink-rate-leaves': no,
    'devlink-port-capabilities': no,
    'devlink-max-io-eqs': no,
    'devlink-subfunctions': no,
  };
  if (modes['eswitch-switchdev']?.present !== true) return absentAll;
  const answers = await withDevlink(port, async (devlink, handle) => {
    const set = await devlink.call('ESWITCH_SET', { ...handle, DEVLINK_ATTR_ESWITCH_MODE: 1 });
    if (!set.ok) return absentAll;
    const ports = await devlink.dump('PORT_GET');
    const values = ports.ok ? ports.value.map((message) => message.values) : [];
    const represented = values.find((each) => each['DEVLINK_ATTR_PORT_PCI_VF_NUMBER'] !== undefined);
    const told = nestIn(represented, 'DEVLINK_ATTR_PORT_FUNCTION');
    const hasFunction = told !== undefined;
    const rates = await devlink.dump('RATE_GET', handle);
    const hasLeaf = rates.ok && rates.value.some(({ values: rate }) => numberIn(rate, 'DEVLINK_ATTR_RATE_TYPE') === 0);
    const subfunction = await devlink.call('PORT_NEW', { ...handle, ...PROBE_SUBFUNCTION });
    const made = subfunction.ok ? subfunction.value[0]?.values : undefined;
    if (made !== undefined)
      await devlink.call('PORT_DEL', { ...handle, DEVLINK_ATTR_PORT_INDEX: made['DEVLINK_ATTR_PORT_INDEX'] ?? 0 });
    const lacks = (is: boolean, what: string): CapabilityAnswer =>
      is ? PRESENT : absent(`The driver ${driver} ${what}.`);
    await devlink.call('ESWITCH_SET', { ...handle, DEVLINK_ATTR_ESWITCH_MODE: 0 });
    return {
      representors: represented === undefined ? absent(`The driver ${driver} represents no function.`) : PRESENT,
      'representor-traffic': PRESENT,
      'devlink-rate-leaves': lacks(hasLeaf, 'has no leaves of rates'),
      'devlink-port-capabilities': lacks(told?.['DEVLINK_PORT_FN_ATTR_CAPS'] !== undefined, 'tells no capabilities'),
      'devlink-max-io-eqs': lacks(told?.['DEVLINK_PORT_FN_ATTR_MAX_IO_EQS'] !== undefined, 'tells no max_io_eqs'),
      'devlink-subfunctions': lacks(subfunction.ok, 'makes no subfunctions'),
      'devlink-port-function': hasFunction
        ? PRESENT
        : absent(`The driver ${driver} tells nothing of the function behind a port.`),
    };
  });
  return answers ?? absentAll;
}
