/** The controller of generic netlink, "nlctrl": which families there are, what they can do and what they take (net/netlink/genetlink.c). */
import { CTRL_CMD_GETFAMILY, CTRL_CMD_GETPOLICY, CTRL_CMD_NEWFAMILY, GENL_ID_CTRL, NLA_F_NESTED } from './constants.js';
import {
  CTRL,
  CTRL_FAMILY_POLICY,
  CTRL_POLICY_POLICY,
  GENL_UNS_ADMIN_PERM,
  GENL_CMD_CAP_DO,
  GENL_CMD_CAP_DUMP,
  GENL_CMD_CAP_HASPOL,
} from './families/genericControl.js';
import type { NetlinkParts } from './netlinkParts.js';
import { POLICY_TYPE, describeType } from './policyDescription.js';
import { encodeAttributes, numberIn, textIn, type AttributeSpec, type Values } from './schema.js';
import {
  GENLMSGHDR,
  genericBody,
  type GenericFamily,
  type HandlerResult,
  type NetlinkBody,
  type NetlinkOperation,
  type NetlinkRequest,
  type RegisteredFamily,
} from './server.js';
import { highestType, nestedPolicy, type Policy, type Refusal } from './validate.js';
import { encodeAttribute } from './wire.js';
import { concat } from '../packet/bytes.js';

const ENOENT = 2;
const EINVAL = 22;
const ENODATA = 61;
const VERSION = 2;

const CTRL_ATTR_POLICY = 8;
const CTRL_ATTR_OP_POLICY = 9;

type Families = ReadonlyMap<number, RegisteredFamily>;

export function controllerFamily(families: Families, parts: NetlinkParts): GenericFamily {
  return {
    name: 'nlctrl',
    version: VERSION,
    multicastGroups: ['notify'],
    reservedStart: CTRL_CMD_GETPOLICY + 1,
    operations: [
      {
        number: CTRL_CMD_GETFAMILY,
        header: GENLMSGHDR,
        policy: CTRL_FAMILY_POLICY,
        // GENL_DONT_VALIDATE_STRICT of the one, and not of the other.
        validation: 'liberal',
        dumpValidation: 'strict',
        doit: ({ values }) => getFamily(families, parts, values),
        dumpit: () => ({ ok: true, replies: listFamilies(families, parts) }),
      },
      {
        number: CTRL_CMD_GETPOLICY,
        header: GENLMSGHDR,
        policy: CTRL_POLICY_POLICY,
        validation: 'strict',
        checksBeforeDump: true,
        dumpit: (request) => dumpPolicies(families, parts, request),
      },
    ],
  };
}

function* listFamilies(families: Families, parts: NetlinkParts): Generator<NetlinkBody> {
  for (const family of families.values()) yield familyBody(family, parts, CTRL_CMD_NEWFAMILY);
}

/** ctrl_getfamily(): a name counts more than a number. */
function getFamily(families: Families, parts: NetlinkParts, values: Values): HandlerResult {
  const id = numberIn(values, 'CTRL_ATTR_FAMILY_ID');
  const name = textIn(values, 'CTRL_ATTR_FAMILY_NAME');
  if (id === undefined && name === undefined) return { ok: false, errno: EINVAL };
  const found = name === undefined ? families.get(parts.familyNumber(id ?? 0)) : byName(families, name);
  return found === undefined
    ? { ok: false, errno: ENOENT }
    : { ok: true, replies: [familyBody(found, parts, CTRL_CMD_NEWFAMILY)] };
}

function byName(families: Families, name: string): RegisteredFamily | undefined {
  for (const family of families.values()) if (family.name === name) return family;
  return undefined;
}

/** ctrl_fill_info(). */
export function familyBody(family: RegisteredFamily, parts: NetlinkParts, command: number): NetlinkBody {
  const operations = family.operations
    .filter(({ number }) => !parts.hidesOperation(number))
    .map((operation): Values => ({
      CTRL_ATTR_OP_ID: operation.number,
      CTRL_ATTR_OP_FLAGS: parts.operationFlags(flagsOf(operation)),
    }));
  const groups = [...family.groups].map(([name, id]) => groupValues(name, id));
  const told = parts.toldFamily({
    CTRL_ATTR_FAMILY_NAME: family.name,
    CTRL_ATTR_FAMILY_ID: family.id,
    CTRL_ATTR_VERSION: family.version,
    CTRL_ATTR_HDRSIZE: 0,
    CTRL_ATTR_MAXATTR: family.maxAttribute ?? 0,
    ...(operations.length > 0 ? { CTRL_ATTR_OPS: operations } : {}),
    ...(groups.length > 0 && parts.listsGroups ? { CTRL_ATTR_MCAST_GROUPS: groups } : {}),
  });
  return genericBody(GENL_ID_CTRL, command, VERSION, encodeAttributes(CTRL, told));
}

const groupValues = (name: string, id: number): Values => ({
  CTRL_ATTR_MCAST_GRP_ID: id,
  CTRL_ATTR_MCAST_GRP_NAME: name,
});

/** ctrl_fill_mcgrp_info(). */
export function groupBody(family: RegisteredFamily, group: string, command: number): NetlinkBody {
  const attributes = encodeAttributes(CTRL, {
    CTRL_ATTR_FAMILY_NAME: family.name,
    CTRL_ATTR_FAMILY_ID: family.id,
    CTRL_ATTR_MCAST_GROUPS: [groupValues(group, family.groups.get(group) ?? 0)],
  });
  return genericBody(GENL_ID_CTRL, command, VERSION, attributes);
}

function flagsOf(operation: NetlinkOperation): number {
  const { doit, dumpit, privileged } = operation;
  const { ofDo, ofDump } = policiesOf(operation);
  return (
    (privileged === true ? GENL_UNS_ADMIN_PERM : 0) |
    (doit === undefined ? 0 : GENL_CMD_CAP_DO) |
    (dumpit === undefined ? 0 : GENL_CMD_CAP_DUMP) |
    (ofDo === undefined && ofDump === undefined ? 0 : GENL_CMD_CAP_HASPOL)
  );
}

interface OperationPolicies {
  readonly ofDo: Policy | undefined;
  readonly ofDump: Policy | undefined;
}

/** An operation that takes no attributes has no policy. */
function policiesOf({ doit, dumpit, policy, dumpPolicy = policy }: NetlinkOperation): OperationPolicies {
  const told = (each: Policy): Policy | undefined => (highestType(each) === 0 ? undefined : each);
  return {
    ofDo: doit === undefined ? undefined : told(policy),
    ofDump: dumpit === undefined ? undefined : told(dumpPolicy),
  };
}

/** ctrl_dumppolicy_start() and ctrl_dumppolicy(). */
function dumpPolicies(families: Families, parts: NetlinkParts, { values, offsets }: NetlinkRequest): HandlerResult {
  const id = numberIn(values, 'CTRL_ATTR_FAMILY_ID');
  const name = textIn(values, 'CTRL_ATTR_FAMILY_NAME');
  if (id === undefined && name === undefined) return { ok: false, errno: EINVAL };
  const family = id === undefined ? byName(families, name ?? '') : families.get(id);
  if (family === undefined) return { ok: false, errno: ENOENT };
  const operations = operationsMeant(family, numberIn(values, 'CTRL_ATTR_OP'), offsets.get('CTRL_ATTR_OP'));
  if ('errno' in operations) return operations;
  const policies = allPolicies(operations);
  if (policies.length === 0) return { ok: false, errno: ENODATA };
  return { ok: true, replies: policyBodies(family, operations, policies, parts) };
}

function operationsMeant(
  family: RegisteredFamily,
  command: number | undefined,
  offset: number | undefined,
): readonly NetlinkOperation[] | Refusal {
  if (command === undefined) return family.operations;
  const operation = family.byCommand.get(command);
  if (operation !== undefined) return [operation];
  return { ok: false, errno: ENOENT, ...(offset === undefined ? {} : { offset }) };
}

/** netlink_policy_dump_add_policy(): those of the operations, and those of the nests in them. */
function allPolicies(operations: readonly NetlinkOperation[]): readonly Policy[] {
  const policies: Policy[] = [];
  const add = (policy: Policy | undefined): void => {
    if (policy !== undefined && highestType(policy) > 0 && !policies.includes(policy)) policies.push(policy);
  };
  for (const operation of operations) {
    const { ofDo, ofDump } = policiesOf(operation);
    add(ofDo);
    add(ofDump);
    for (const policy of policies) for (const spec of acceptedIn(policy)) add(nestedPolicy(policy, spec));
  }
  return policies;
}

const acceptedIn = (policy: Policy): readonly AttributeSpec[] =>
  [...policy.set.byNumber.values()]
    .filter(({ name }) => policy.accepts[name] !== undefined && policy.unlisted?.includes(name) !== true)
    .sort((a, b) => a.number - b.number);

function* policyBodies(
  family: RegisteredFamily,
  operations: readonly NetlinkOperation[],
  policies: readonly Policy[],
  parts: NetlinkParts,
): Generator<NetlinkBody> {
  const body = (attribute: Uint8Array): NetlinkBody => {
    const id = encodeAttributes(CTRL, { CTRL_ATTR_FAMILY_ID: family.id });
    return genericBody(GENL_ID_CTRL, CTRL_CMD_GETPOLICY, VERSION, concat(id, attribute));
  };
  for (const operation of operations) {
    const { ofDo, ofDump } = policiesOf(operation);
    const indexes = [
      [1, ofDo],
      [2, ofDump],
    ] as const;
    const told = indexes.flatMap(([attribute, policy]) =>
      policy === undefined ? [] : [encodeAttribute(attribute, word(policies.indexOf(policy)))],
    );
    const { number } = operation;
    if (told.length === 0 || !parts.publishes(number)) continue;
    const published = parts.publishedNumber(number, family.operations.indexOf(operation));
    yield body(nested(CTRL_ATTR_OP_POLICY, nested(published, concat(...told))));
  }
  for (const [index, policy] of policies.entries()) {
    for (const spec of acceptedIn(policy)) {
      const inner = nestedPolicy(policy, spec);
      const description = describeType(
        spec.type,
        inner === undefined ? undefined : { index: policies.indexOf(inner), maxType: highestType(inner) },
      );
      if (description === undefined) continue;
      const attribute = nested(spec.number, encodeAttributes(POLICY_TYPE, parts.toldPolicy(description)));
      yield body(nested(CTRL_ATTR_POLICY, nested(index, attribute)));
    }
  }
}

const nested = (type: number, data: Uint8Array): Uint8Array => encodeAttribute(type | NLA_F_NESTED, data);

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
