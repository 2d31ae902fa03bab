/** Ports: net/devlink/port.c. */
import type {
  DevlinkFunctionSetting,
  DevlinkPortAttributes,
  DevlinkPortCapability,
  DevlinkPortFlavour,
  DevlinkPortFunctionOps,
  DriverResult,
  MacAddress,
} from '../../../harness/contract/index.js';
import { DEVLINK_PORT_FLAVOURS, DEVLINK_PORT_TYPES } from '../../netlink/families/devlink.js';
import { bytesIn, nestIn, numberIn, type Values } from '../../netlink/schema.js';
import type { NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { viewOf } from '../../netlink/wire.js';
import { formatMac, isMulticastMac, isZeroMac, parseMac } from '../../packet/addresses.js';
import { EINVAL, EOPNOTSUPP } from '../errno.js';
import type { NetDevice } from '../netDevice.js';
import { refusal, refusalAt } from '../refusals.js';
import type { DevlinkParts } from './devlinkParts.js';
import { handleValues, type DevlinkInstance, type PortState } from './instance.js';
import {
  DONE,
  declined,
  missingOf,
  replying,
  type DevlinkAnswer,
  type DevlinkOperations,
  type DevlinkRequest,
} from './operations.js';

/** enum devlink_port_fn_attr_cap, by bit. */
const CAPABILITIES: readonly DevlinkPortCapability[] = ['roce', 'migratable', 'ipsec_crypto', 'ipsec_packet'];
const CAPABILITY_NAMES: Readonly<Record<DevlinkPortCapability, string>> = {
  roce: 'RoCE',
  migratable: 'migratable',
  ipsec_crypto: 'ipsec_crypto',
  ipsec_packet: 'ipsec_packet',
};
const MAX_ADDR_LEN = 32;
const ETH_ALEN = 6;
const PANEL_FLAVOURS: readonly DevlinkPortFlavour[] = ['physical', 'cpu', 'dsa'];

/** What a port is of: an Ethernet net device that there is, or that is about to be. */
export interface PortLink {
  readonly type: (typeof DEVLINK_PORT_TYPES)[number];
  readonly netDevice: NetDevice | undefined;
}

/** devlink_nl_port_handle_fill(). */
export const portHandleValues = (instance: DevlinkInstance, index: number): Values => ({
  ...handleValues(instance),
  DEVLINK_ATTR_PORT_INDEX: index,
});

/** devlink_nl_port_fill(). */
export async function portValues(
  parts: DevlinkParts,
  instance: DevlinkInstance,
  { port, index, desiredType }: PortState,
  { type, netDevice }: PortLink,
): Promise<Values> {
  const attributes = port.attributes;
  return {
    ...portHandleValues(instance, index),
    DEVLINK_ATTR_PORT_TYPE: DEVLINK_PORT_TYPES.indexOf(type),
    ...(desiredType === 'notset' ? {} : { DEVLINK_ATTR_PORT_DESIRED_TYPE: DEVLINK_PORT_TYPES.indexOf(desiredType) }),
    ...(netDevice === undefined || !parts.showsNetDevice
      ? {}
      : { DEVLINK_ATTR_PORT_NETDEV_IFINDEX: netDevice.ifIndex, DEVLINK_ATTR_PORT_NETDEV_NAME: netDevice.name }),
    ...(attributes === undefined ? {} : attributeValues(parts, attributes)),
    ...(await functionValues(attributes?.flavour, index, instance.ops.portFunction)),
  };
}

/** devlink_nl_port_attrs_put(). */
function attributeValues(parts: DevlinkParts, attributes: DevlinkPortAttributes): Values {
  const { flavour, lanes = 0, splittable = false, number = 0, splitSubport } = attributes;
  const { controller = 0, pf = 0, vf = 0, sf = 0, external = false } = attributes;
  const common: Values = {
    ...(lanes === 0 ? {} : { DEVLINK_ATTR_PORT_LANES: lanes }),
    DEVLINK_ATTR_PORT_SPLITTABLE: splittable ? 1 : 0,
    DEVLINK_ATTR_PORT_FLAVOUR: DEVLINK_PORT_FLAVOURS.indexOf(flavour),
  };
  const owner: Values = parts.tellsOwner
    ? { DEVLINK_ATTR_PORT_CONTROLLER_NUMBER: controller, DEVLINK_ATTR_PORT_PCI_PF_NUMBER: pf }
    : {};
  switch (flavour) {
    case 'pcipf':
      return { ...common, ...owner, DEVLINK_ATTR_PORT_EXTERNAL: external ? 1 : 0 };
    case 'pcivf':
      return {
        ...common,
        ...owner,
        DEVLINK_ATTR_PORT_PCI_VF_NUMBER: vf,
        DEVLINK_ATTR_PORT_EXTERNAL: external ? 1 : 0,
      };
    case 'pcisf':
      return { ...common, ...owner, DEVLINK_ATTR_PORT_PCI_SF_NUMBER: sf };
    default:
      if (!PANEL_FLAVOURS.includes(flavour)) return common;
      return {
        ...common,
        DEVLINK_ATTR_PORT_NUMBER: number,
        ...(splitSubport === undefined || !parts.showsSplitGroup
          ? {}
          : { DEVLINK_ATTR_PORT_SPLIT_GROUP: number, DEVLINK_ATTR_PORT_SPLIT_SUBPORT_NUMBER: splitSubport }),
      };
  }
}

/** devlink_nl_port_function_attrs_put(): what the driver answers with EOPNOTSUPP is left out. */
async function functionValues(
  flavour: DevlinkPortFlavour | undefined,
  port: number,
  ops: DevlinkPortFunctionOps | undefined,
): Promise<Values> {
  if (ops === undefined) return {};
  const values: Record<string, Values[keyof Values]> = {};
  const address = await ops.hwAddrGet?.(port);
  if (address?.ok === true) values['DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR'] = parseMac(address.value);
  let [selector, value] = [0, 0];
  for (const [bit, capability] of CAPABILITIES.entries()) {
    if (capability !== 'roce' && flavour !== 'pcivf') continue;
    const isOn = await ops.capabilityGet?.(port, capability);
    if (isOn?.ok !== true) continue;
    selector |= 1 << bit;
    if (isOn.value) value |= 1 << bit;
  }
  if (selector !== 0) values['DEVLINK_PORT_FN_ATTR_CAPS'] = { value, selector };
  const state = await ops.stateGet?.(port);
  if (state?.ok === true) {
    values['DEVLINK_PORT_FN_ATTR_STATE'] = state.value.state === 'active' ? 1 : 0;
    values['DEVLINK_PORT_FN_ATTR_OPSTATE'] = state.value.opstate === 'attached' ? 1 : 0;
  }
  const maxIoEqs = await ops.maxIoEqsGet?.(port);
  if (maxIoEqs?.ok === true) values['DEVLINK_PORT_FN_ATTR_MAX_IO_EQS'] = maxIoEqs.value;
  return Object.keys(values).length === 0 ? {} : { DEVLINK_ATTR_PORT_FUNCTION: values };
}

/** __devlink_port_phys_port_name_get(); undefined: the port has none. */
export function physPortNameOf(attributes: DevlinkPortAttributes): string | undefined {
  const { flavour, number = 0, splitSubport, controller = 0, pf = 0, vf = 0, sf = 0, external = false } = attributes;
  const owner = `${external ? `c${controller}` : ''}pf${pf}`;
  switch (flavour) {
    case 'physical':
      return `p${number}${splitSubport === undefined ? '' : `s${splitSubport}`}`;
    case 'pcipf':
      return owner;
    case 'pcivf':
      return `${owner}vf${vf}`;
    case 'pcisf':
      return `${owner}sf${sf}`;
    default:
      return undefined;
  }
}

/** devlink_port_type_set(): what the port is already is nothing to change. */
async function setType(asked: DevlinkRequest, port: PortState, wanted: number): Promise<DevlinkAnswer> {
  const { devlink, instance } = asked;
  const typeSet = instance.ops.port?.typeSet;
  if (typeSet === undefined) return refusal(EOPNOTSUPP);
  const type = DEVLINK_PORT_TYPES[wanted] ?? 'notset';
  if (type === devlink.linkOf(port).type) return DONE;
  const set = await typeSet(port.index, type);
  if (!set.ok) return declined(set);
  port.desiredType = type;
  await devlink.announcePort('PORT_NEW', port);
  return DONE;
}

/** devlink_port_function_validate(): nothing is set where one thing is not there to be set. */
async function functionRefusal(
  { request, devlink: { parts } }: DevlinkRequest,
  { port }: PortState,
  wanted: Values,
  ops: DevlinkPortFunctionOps | undefined,
): Promise<Refusal | undefined> {
  const at = (name: string, message: string): Refusal =>
    refusalAt(request, `DEVLINK_ATTR_PORT_FUNCTION/${name}`, EOPNOTSUPP, message);
  const has = (name: string): boolean => wanted[name] !== undefined;
  const own = await ops?.has?.(port.index);
  const lacks = (what: DevlinkFunctionSetting, set: unknown): boolean =>
    set === undefined || own?.includes(what) === false;
  if (has('DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR') && lacks('hw-address', ops?.hwAddrSet))
    return at('DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR', "Port doesn't support function attributes");
  if (has('DEVLINK_PORT_FN_ATTR_STATE') && lacks('state', ops?.stateSet))
    return at('DEVLINK_PORT_FN_ATTR_STATE', 'Function does not support state setting');
  const selector = numberIn(nestIn(wanted, 'DEVLINK_PORT_FN_ATTR_CAPS'), 'selector') ?? 0;
  for (const [bit, capability] of CAPABILITIES.entries()) {
    if ((selector & (1 << bit)) === 0) continue;
    const name = CAPABILITY_NAMES[capability];
    if (lacks(capability, ops?.capabilitySet))
      return at('DEVLINK_PORT_FN_ATTR_CAPS', `Port doesn't support ${name} function attribute`);
    if (capability !== 'roce' && port.attributes?.flavour !== 'pcivf' && parts.capabilitiesOfVfs)
      return at('DEVLINK_PORT_FN_ATTR_CAPS', `${name} function attribute supported for VFs only`);
  }
  if (has('DEVLINK_PORT_FN_ATTR_MAX_IO_EQS') && lacks('max-io-eqs', ops?.maxIoEqsSet))
    return at('DEVLINK_PORT_FN_ATTR_MAX_IO_EQS', 'Function does not support max_io_eqs setting');
  return undefined;
}

/** devlink_port_function_hw_addr_set(). */
function addressRefusal(parts: DevlinkParts, address: Uint8Array, isEthernet: boolean): Refusal | undefined {
  if (!parts.checksFunctionAddress) return undefined;
  if (address.length > MAX_ADDR_LEN) return refusal(EINVAL, 'Port function hardware address too long');
  if (!isEthernet) return undefined;
  if (address.length !== ETH_ALEN) return refusal(EINVAL, 'Address must be 6 bytes for Ethernet device');
  if (isMulticastMac(address, 0) || isZeroMac(address, 0))
    return refusal(EINVAL, 'Non-unicast hardware address unsupported');
  return undefined;
}

/** devlink_port_function_set(). */
async function setFunction(asked: DevlinkRequest, port: PortState, wanted: Values): Promise<DevlinkAnswer> {
  const { devlink, instance } = asked;
  const ops = instance.ops.portFunction;
  const { index } = port;
  const refused = await functionRefusal(asked, port, wanted, ops);
  if (refused !== undefined && devlink.parts.validatesFunction) return refused;
  const steps: (() => Promise<DriverResult | undefined> | DriverResult | undefined)[] = [];
  const address = bytesIn(wanted, 'DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR');
  if (address !== undefined) {
    const wrong = addressRefusal(devlink.parts, address, devlink.linkOf(port).type === 'eth');
    if (wrong !== undefined) return wrong;
    steps.push(() => ops?.hwAddrSet?.(index, formatMac(address) as MacAddress));
  }
  const capabilities = nestIn(wanted, 'DEVLINK_PORT_FN_ATTR_CAPS');
  const [selector, value] = [numberIn(capabilities, 'selector') ?? 0, numberIn(capabilities, 'value') ?? 0];
  for (const [bit, capability] of CAPABILITIES.entries())
    if ((selector & (1 << bit)) !== 0)
      steps.push(() => ops?.capabilitySet?.(index, capability, (value & selector & (1 << bit)) !== 0));
  const maxIoEqs = numberIn(wanted, 'DEVLINK_PORT_FN_ATTR_MAX_IO_EQS');
  if (maxIoEqs !== undefined) steps.push(() => ops?.maxIoEqsSet?.(index, maxIoEqs));
  const state = numberIn(wanted, 'DEVLINK_PORT_FN_ATTR_STATE');
  if (state !== undefined) steps.push(() => ops?.stateSet?.(index, state === 1 ? 'active' : 'inactive'));
  for (const step of steps) {
    const done = await step();
    if (done !== undefined && !done.ok) return declined(done);
  }
  if (devlink.parts.announcesFunction) await devlink.announcePort('PORT_NEW', port);
  return DONE;
}

const FUNCTION = 'DEVLINK_ATTR_PORT_FUNCTION';

/** nla_parse_nested(): whether the attribute has NLA_F_NESTED. */
function isMarkedNested({ message, offsets }: NetlinkRequest, path: string): boolean {
  const at = (offsets.get(path) ?? 0) - NLMSG_HDRLEN + TYPE_AT;
  return (viewOf(message.body).getUint16(at, true) & NLA_F_NESTED) !== 0;
}
const NLMSG_HDRLEN = 16;
const TYPE_AT = 2;
const NLA_F_NESTED = 0x8000;

/** devlink_nl_port_set_doit(). */
async function setPort(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const { port, values } = asked;
  if (port === undefined) return refusal(EINVAL);
  const type = numberIn(values, 'DEVLINK_ATTR_PORT_TYPE');
  if (type !== undefined) {
    const set = await setType(asked, port, type);
    if (!set.ok) return set;
  }
  const wanted = nestIn(values, 'DEVLINK_ATTR_PORT_FUNCTION');
  if (wanted === undefined) return DONE;
  if (!isMarkedNested(asked.request, FUNCTION) && asked.devlink.parts.checksNestMark)
    return refusalAt(asked.request, FUNCTION, EINVAL, 'Fail to parse port function attributes');
  return setFunction(asked, port, wanted);
}

/** devlink_nl_port_split_doit(). */
async function splitPort(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const { devlink, instance, port, values } = asked;
  const absent = missingOf(asked, 'PORT_SPLIT_COUNT');
  if (absent !== undefined) return absent;
  const split = instance.ops.port?.split;
  if (split === undefined || port === undefined) return refusal(EOPNOTSUPP);
  const count = numberIn(values, 'DEVLINK_ATTR_PORT_SPLIT_COUNT') ?? 0;
  const { splittable = false, splitSubport, lanes = 0 } = port.port.attributes ?? {};
  if (!splittable && devlink.parts.checksSplittable)
    return refusal(EINVAL, splitSubport === undefined ? 'Port cannot be split' : 'Port cannot be split further');
  if (!devlink.parts.splitCountFits(count, lanes)) return refusal(EINVAL, 'Invalid split count');
  const done = await split(port.index, count);
  return done.ok ? DONE : declined(done);
}

async function unsplitPort({ instance, port }: DevlinkRequest): Promise<DevlinkAnswer> {
  const unsplit = instance.ops.port?.unsplit;
  if (unsplit === undefined || port === undefined) return refusal(EOPNOTSUPP);
  const done = await unsplit(port.index);
  return done.ok ? DONE : declined(done);
}

/** devlink_nl_port_new_doit(). */
async function newPort(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const { devlink, instance, values } = asked;
  const add = instance.ops.port?.add;
  if (add === undefined) return refusal(EOPNOTSUPP);
  const [flavour, pf] = [
    numberIn(values, 'DEVLINK_ATTR_PORT_FLAVOUR'),
    numberIn(values, 'DEVLINK_ATTR_PORT_PCI_PF_NUMBER'),
  ];
  if ((flavour === undefined || pf === undefined) && devlink.parts.needsFlavour)
    return refusal(EINVAL, 'Port flavour or PCI PF are not specified');
  const [index, controller, sf] = ['INDEX', 'CONTROLLER_NUMBER', 'PCI_SF_NUMBER'].map((name) =>
    numberIn(values, `DEVLINK_ATTR_PORT_${name}`),
  );
  const made = await add({
    flavour: DEVLINK_PORT_FLAVOURS[flavour ?? 0] ?? 'physical',
    pf: pf ?? 0,
    ...(index === undefined ? {} : { index }),
    ...(controller === undefined ? {} : { controller }),
    ...(sf === undefined || DEVLINK_PORT_FLAVOURS[flavour ?? 0] !== 'pcisf' ? {} : { sf }),
  });
  if (!made.ok) return declined(made);
  const port = instance.ports.get(made.value);
  if (port === undefined) throw new Error(`the driver made port ${made.value}, and did not register it`);
  return replying('PORT_NEW', await portValues(devlink.parts, instance, port, devlink.linkOf(port)));
}

async function deletePort({ instance, port }: DevlinkRequest): Promise<DevlinkAnswer> {
  const remove = instance.ops.port?.remove;
  if (remove === undefined || port === undefined) return refusal(EOPNOTSUPP);
  const done = await remove(port.index);
  return done.ok ? DONE : declined(done);
}

const notSupported = (): DevlinkAnswer => refusal(EINVAL, 'Port params are not supported');

export const portOperations: DevlinkOperations = {
  PORT_GET: {
    doit: async ({ devlink, instance, port }) =>
      port === undefined
        ? refusal(EINVAL)
        : replying('PORT_NEW', await portValues(devlink.parts, instance, port, devlink.linkOf(port))),
    dump: async ({ devlink, instance }) => {
      const ports = [...instance.ports.values()].sort((one, other) => one.index - other.index);
      return Promise.all(
        ports.map(async (port) => ({
          command: 'PORT_NEW' as const,
          values: await portValues(devlink.parts, instance, port, devlink.linkOf(port)),
        })),
      );
    },
  },
  PORT_SET: { doit: setPort },
  PORT_NEW: { doit: newPort },
  PORT_DEL: { doit: deletePort },
  PORT_SPLIT: { doit: splitPort },
  PORT_UNSPLIT: { doit: unsplitPort },
  PORT_PARAM_GET: { doit: notSupported, dump: () => [] },
  PORT_PARAM_SET: { doit: notSupported },
};
