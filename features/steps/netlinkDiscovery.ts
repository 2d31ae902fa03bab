/** What a kernel says of itself: its generic families, their operations and policies, read over the controller. */
import {
  CTRL_CMD_GETFAMILY,
  CTRL_CMD_GETPOLICY,
  GENL_ID_CTRL,
  NETLINK_GENERIC,
  NLM_F_DUMP,
} from '../../reference-impl/netlink/constants.js';
import { decodeBody } from '../../reference-impl/netlink/client.js';
import { CTRL } from '../../reference-impl/netlink/families/genericControl.js';
import { POLICY_TYPE } from '../../reference-impl/netlink/policyDescription.js';
import {
  bytesIn,
  decodeAttributes,
  encodeAttributes,
  isValues,
  listIn,
  numberIn,
  textIn,
  type Values,
} from '../../reference-impl/netlink/schema.js';
import { GENLMSGHDR } from '../../reference-impl/netlink/server.js';
import { parseAttributes, viewOf, type Message } from '../../reference-impl/netlink/wire.js';
import { controllerBody } from '../properties/netlinkMessages.js';
import { ask, errorsIn, expectTaken, repliesIn } from './netlinkTalk.js';
import type { NicWorld } from './world.js';

export interface ListedOperation {
  readonly command: number;
  /** GENL_ADMIN_PERM, GENL_CMD_CAP_DO … */
  readonly flags: number;
}

export interface ListedFamily {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  /** Of its own header, and of its greatest attribute; -1: not told. */
  readonly headerSize: number;
  readonly maxAttribute: number;
  readonly operations: readonly ListedOperation[];
  readonly groups: ReadonlyMap<string, number>;
}

export function familyOf(reply: Message): ListedFamily {
  const { values } = decodeBody(GENLMSGHDR, CTRL, reply);
  const groups = listIn(values, 'CTRL_ATTR_MCAST_GROUPS').filter(isValues);
  return {
    id: numberIn(values, 'CTRL_ATTR_FAMILY_ID') ?? 0,
    name: textIn(values, 'CTRL_ATTR_FAMILY_NAME') ?? '',
    version: numberIn(values, 'CTRL_ATTR_VERSION') ?? -1,
    headerSize: numberIn(values, 'CTRL_ATTR_HDRSIZE') ?? -1,
    maxAttribute: numberIn(values, 'CTRL_ATTR_MAXATTR') ?? -1,
    operations: listIn(values, 'CTRL_ATTR_OPS')
      .filter(isValues)
      .map((operation) => ({
        command: numberIn(operation, 'CTRL_ATTR_OP_ID') ?? 0,
        flags: numberIn(operation, 'CTRL_ATTR_OP_FLAGS') ?? 0,
      })),
    groups: new Map(
      groups.map((group) => [
        textIn(group, 'CTRL_ATTR_MCAST_GRP_NAME') ?? '',
        numberIn(group, 'CTRL_ATTR_MCAST_GRP_ID') ?? 0,
      ]),
    ),
  };
}

/** Every family that the target lists. */
export async function listFamilies(world: NicWorld): Promise<readonly ListedFamily[]> {
  const messages = await ask(world, {
    type: GENL_ID_CTRL,
    flags: NLM_F_DUMP,
    body: controllerBody(CTRL_CMD_GETFAMILY),
    protocol: NETLINK_GENERIC,
  });
  expectTaken(messages, 'listing the families');
  return repliesIn(messages).map(familyOf);
}

export const lookUpFamily = (world: NicWorld, by: Values): Promise<readonly Message[]> =>
  ask(world, {
    type: GENL_ID_CTRL,
    body: controllerBody(CTRL_CMD_GETFAMILY, encodeAttributes(CTRL, by)),
    protocol: NETLINK_GENERIC,
  });

export interface PublishedPolicies {
  /** By the number of the policy and of the attribute: NL_POLICY_TYPE_ATTR_ members. */
  readonly policies: ReadonlyMap<number, ReadonlyMap<number, Values>>;
  /** Of each operation, the number of the policy of its do and its dump. */
  readonly operations: ReadonlyMap<number, { readonly do?: number; readonly dump?: number }>;
}

export const askForPolicies = (world: NicWorld, by: Values): Promise<readonly Message[]> =>
  ask(world, {
    type: GENL_ID_CTRL,
    flags: NLM_F_DUMP,
    body: controllerBody(CTRL_CMD_GETPOLICY, encodeAttributes(CTRL, by)),
    protocol: NETLINK_GENERIC,
  });

const ENODATA = 61;
const POLICY_DO = 1;
const POLICY_DUMP = 2;

/** Of a family that publishes none: none. */
export async function policiesOf(world: NicWorld, familyId: number): Promise<PublishedPolicies> {
  const messages = await askForPolicies(world, { CTRL_ATTR_FAMILY_ID: familyId });
  if (errorsIn(messages).some(({ errno }) => errno === ENODATA)) return { policies: new Map(), operations: new Map() };
  expectTaken(messages, 'asking for policies');
  return decodePolicies(messages);
}

export function decodePolicies(messages: readonly Message[]): PublishedPolicies {
  const policies = new Map<number, Map<number, Values>>();
  const operations = new Map<number, { do?: number; dump?: number }>();
  for (const reply of repliesIn(messages)) {
    const { values } = decodeBody(GENLMSGHDR, CTRL, reply);
    for (const { type: index, data } of parseAttributes(bytesIn(values, 'CTRL_ATTR_POLICY') ?? NOTHING).attributes) {
      const policy = policies.get(index) ?? new Map<number, Values>();
      for (const attribute of parseAttributes(data).attributes)
        policy.set(attribute.type, decodeAttributes(POLICY_TYPE, attribute.data));
      policies.set(index, policy);
    }
    for (const { type: command, data } of parseAttributes(bytesIn(values, 'CTRL_ATTR_OP_POLICY') ?? NOTHING)
      .attributes) {
      const known = operations.get(command) ?? {};
      for (const { type, data: index } of parseAttributes(data).attributes) {
        if (type === POLICY_DO) known.do = viewOf(index).getUint32(0, true);
        if (type === POLICY_DUMP) known.dump = viewOf(index).getUint32(0, true);
      }
      operations.set(command, known);
    }
  }
  return { policies, operations };
}

const NOTHING = new Uint8Array(0);
