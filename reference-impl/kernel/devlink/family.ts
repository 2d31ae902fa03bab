/** The "devlink" family: which handler a command has, and what is looked up before it runs (net/devlink/netlink.c). */
import {
  DEVLINK_CMD,
  DEVLINK_COMMANDS,
  DEVLINK_GENL_MCGRP_CONFIG_NAME,
  DEVLINK_GENL_NAME,
  DEVLINK_GENL_VERSION,
  devlinkPolicies,
  type DevlinkCommand,
  type DevlinkCommandSpec,
} from '../../netlink/families/devlink.js';
import { DEVLINK } from '../../netlink/families/devlinkAttributes.js';
import { encodeAttributes, numberIn, textIn, type Values } from '../../netlink/schema.js';
import { NETLINK_GENERIC, NLM_F_MULTI, NLMSG_DONE } from '../../netlink/constants.js';
import {
  GENLMSGHDR,
  genericBody,
  type HandlerResult,
  type KernelSocket,
  type NetlinkBody,
  type NetlinkKernel,
  type NetlinkOperation,
  type NetlinkRequest,
} from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { EINVAL, ENODEV } from '../errno.js';
import { refusal } from '../refusals.js';
import { absentObjectOperations } from './absentObjects.js';
import { deviceOperations } from './device.js';
import type { DevlinkKernel } from './devlinkKernel.js';
import { flashOperations } from './flash.js';
import { healthOperations } from './health.js';
import type { DevlinkInstance, PortState } from './instance.js';
import {
  isRefusal,
  type DevlinkAnswer,
  type DevlinkOperation,
  type DevlinkOperations,
  type DevlinkReply,
  type DevlinkRequest,
} from './operations.js';
import { NotifyFilters } from './notifyFilters.js';
import { paramOperations } from './params.js';
import { pipelineOperations } from './pipeline.js';
import { portOperations } from './ports.js';
import { rateOperations } from './rates.js';
import { regionOperations } from './regions.js';
import { reloadOperations } from './reload.js';
import { resourceOperations } from './resources.js';
import { selftestOperations } from './selftests.js';
import { sharedBufferOperations } from './sharedBuffers.js';
import { trapOperations } from './traps.js';

/** linux/netlink.h: a part of what there is was asked for. */
const NLM_F_DUMP_FILTERED = 0x20;

const OPERATIONS: DevlinkOperations = {
  ...deviceOperations,
  ...portOperations,
  ...absentObjectOperations,
  ...pipelineOperations,
  ...resourceOperations,
  ...reloadOperations,
  ...paramOperations,
  ...regionOperations,
  ...healthOperations,
  ...flashOperations,
  ...trapOperations,
  ...rateOperations,
  ...selftestOperations,
  ...sharedBufferOperations,
};

export function registerDevlinkFamily(devlink: DevlinkKernel, netlink: NetlinkKernel): void {
  const body = ({ command, values, flags }: DevlinkReply): NetlinkBody => ({
    ...genericBody(
      id,
      DEVLINK_CMD[command],
      DEVLINK_GENL_VERSION,
      values instanceof Uint8Array ? values : encodeAttributes(DEVLINK, values),
    ),
    ...(flags === undefined ? {} : { flags }),
  });
  const filters = new NotifyFilters(() => devlink.parts);
  const setFilter: NetlinkOperation = {
    number: DEVLINK_CMD.NOTIFY_FILTER_SET,
    header: GENLMSGHDR,
    ...devlinkPolicies(DEVLINK_COMMANDS.NOTIFY_FILTER_SET ?? {}),
    doit: ({ cause, values }) => {
      const socket = netlink.socketOf(cause.portId);
      if (socket !== undefined && devlink.parts.takesNotifyFilter) filters.set(socket, values);
      return { ok: true };
    },
  };
  const id: number = netlink.registerFamily({
    name: DEVLINK_GENL_NAME,
    version: DEVLINK_GENL_VERSION,
    // DEVLINK_CMD_SELFTESTS_RUN + 1.
    reservedStart: 84,
    multicastGroups: [DEVLINK_GENL_MCGRP_CONFIG_NAME],
    operations: [
      ...Object.entries(DEVLINK_COMMANDS).flatMap(([name, spec]) => {
        const command = name as DevlinkCommand;
        const operation = OPERATIONS[command];
        return operation === undefined ? [] : [operationOf(devlink, command, spec, operation, body)];
      }),
      setFilter,
    ],
  });
  const group = netlink.groupOf(id, DEVLINK_GENL_MCGRP_CONFIG_NAME);
  devlink.announce = (command, values, about, port) => {
    if (!netlink.hasListeners(NETLINK_GENERIC, group)) return;
    const heardBy = (socket: KernelSocket): boolean => filters.hears(socket, about, port);
    netlink.notify(NETLINK_GENERIC, group, body({ command, values }), undefined, heardBy);
  };
}

function operationOf(
  devlink: DevlinkKernel,
  command: DevlinkCommand,
  spec: DevlinkCommandSpec,
  { doit, dump }: DevlinkOperation,
  body: (reply: DevlinkReply) => NetlinkBody,
): NetlinkOperation {
  const bodyOfOne = (reply: DevlinkReply): NetlinkBody =>
    body(
      reply.values instanceof Uint8Array ? reply : { ...reply, values: devlink.parts.toldAlone(command, reply.values) },
    );
  return {
    number: DEVLINK_CMD[command],
    header: GENLMSGHDR,
    ...devlinkPolicies(spec),
    ...(spec.privileged === true ? { privileged: true } : {}),
    ...(doit === undefined
      ? {}
      : {
          doit: async (request) => {
            const asked = prepared(devlink, request, spec);
            return 'errno' in asked ? asked : answered(await doit(asked), bodyOfOne);
          },
        }),
    ...(dump === undefined ? {} : { dumpit: (request) => dumped(devlink, request, command, dump, body) }),
  };
}

/** devlink_get_from_attrs_lock(). */
function instanceIn({ instances, parts }: DevlinkKernel, values: Values): DevlinkInstance | Refusal {
  const [bus, name] = [textIn(values, 'DEVLINK_ATTR_BUS_NAME'), textIn(values, 'DEVLINK_ATTR_DEV_NAME')];
  const [first] = instances;
  if (bus === undefined || name === undefined)
    return (parts.fallsBack === 'incomplete' ? first : undefined) ?? refusal(EINVAL);
  if (parts.fallsBack === 'unknown' && first !== undefined) return first;
  return instances.find(({ ops }) => ops.handle.bus === bus && ops.handle.name === name) ?? refusal(ENODEV);
}

/** devlink_port_get_from_attrs(). */
function portIn({ ports }: DevlinkInstance, values: Values): PortState | Refusal {
  const index = numberIn(values, 'DEVLINK_ATTR_PORT_INDEX');
  return index === undefined ? refusal(EINVAL) : (ports.get(index) ?? refusal(ENODEV));
}

/** __devlink_nl_pre_doit(). */
function prepared(
  devlink: DevlinkKernel,
  request: NetlinkRequest,
  { needs }: DevlinkCommandSpec,
): DevlinkRequest | Refusal {
  const { values } = request;
  const instance = instanceIn(devlink, values);
  if ('errno' in instance) return instance;
  const port = needs === 'port' || needs === 'port-optional' ? portIn(instance, values) : undefined;
  if (port !== undefined && 'errno' in port) {
    if (needs === 'port') return port;
    return { devlink, request, values, instance, port: undefined };
  }
  return { devlink, request, values, instance, port };
}

function answered(answer: DevlinkAnswer, body: (reply: DevlinkReply) => NetlinkBody): HandlerResult {
  if (!answer.ok) return answer;
  const replies = (answer.replies ?? []).map(body);
  const end: NetlinkBody = { type: NLMSG_DONE, body: new Uint8Array(0), flags: NLM_F_MULTI };
  const all = answer.ends === true ? [...replies.map((reply) => ({ ...reply, flags: NLM_F_MULTI })), end] : replies;
  return { ok: true, replies: all, ...(answer.message === undefined ? {} : { message: answer.message }) };
}

/** devlink_nl_dumpit(): of one instance, or of all. */
async function dumped(
  devlink: DevlinkKernel,
  request: NetlinkRequest,
  command: DevlinkCommand,
  dump: NonNullable<DevlinkOperation['dump']>,
  body: (reply: DevlinkReply) => NetlinkBody,
): Promise<HandlerResult> {
  const { values } = request;
  const isOne =
    values['DEVLINK_ATTR_BUS_NAME'] !== undefined ||
    values['DEVLINK_ATTR_DEV_NAME'] !== undefined ||
    OPERATIONS[command]?.doit === undefined;
  const one = isOne ? instanceIn(devlink, values) : undefined;
  if (one !== undefined && 'errno' in one) return one;
  const replies: NetlinkBody[] = [];
  const listed = devlink.instances.filter(({ ops }) => devlink.parts.listed(ops.handle.name) || command !== 'GET');
  const filtered =
    isOne && devlink.parts.marksParts && OPERATIONS[command]?.doit !== undefined ? NLM_F_DUMP_FILTERED : 0;
  for (const instance of one === undefined ? listed : [one]) {
    const found = portIn(instance, values);
    const port = 'errno' in found ? undefined : found;
    const answer = await dump({ devlink, request, values, instance, port });
    if (isRefusal(answer)) return answer;
    for (const reply of answer) replies.push(body({ ...reply, flags: (reply.flags ?? 0) | filtered }));
  }
  return { ok: true, replies };
}
