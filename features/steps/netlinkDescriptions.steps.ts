/** The controller of generic netlink: what it tells of headers, operations and types of attributes. */
import { Then } from '@cucumber/cucumber';
import { NETLINK_GENERIC, NLM_F_ACK, NLM_F_DUMP, NLMSG_ERROR } from '../../reference-impl/netlink/constants.js';
import { errnoName } from '../../reference-impl/netlink/errnoNames.js';
import {
  GENL_CMD_CAP_DO,
  GENL_CMD_CAP_DUMP,
  GENL_CMD_CAP_HASPOL,
} from '../../reference-impl/netlink/families/genericControl.js';
import { NL_ATTR_TYPE } from '../../reference-impl/netlink/policyDescription.js';
import { encodeStruct, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { GENLMSGHDR } from '../../reference-impl/netlink/server.js';
import { expectNumber, expectThat } from './expectations.js';
import { listFamilies, policiesOf, type ListedFamily, type PublishedPolicies } from './netlinkDiscovery.js';
import { ask, errorsIn } from './netlinkTalk.js';
import type { NicWorld } from './world.js';

Then('each family tells the length of its own header and its greatest attribute', async function (this: NicWorld) {
  const all = await listFamilies(this);
  expectThat(all.length > 1, 'there is no family beside the controller');
  for (const { name, headerSize, maxAttribute } of all) {
    expectThat(headerSize >= 0, `${name} does not tell the length of its header`);
    expectThat(maxAttribute >= 0, `${name} does not tell its greatest attribute`);
  }
  const own = all.filter(({ name }) => WITHOUT_HEADER.has(name));
  for (const { name, headerSize } of own) expectNumber(headerSize, 0, `length of the header of ${name}`);
});

const WITHOUT_HEADER: ReadonlySet<string> = new Set(['nlctrl', 'netdev', 'ethtool']);

/** Families whose operations do nothing without attributes. */
const HARMLESS: ReadonlySet<string> = new Set(['nlctrl', 'netdev', 'ethtool']);

async function harmless(world: NicWorld): Promise<readonly ListedFamily[]> {
  const found = (await listFamilies(world)).filter(({ name }) => HARMLESS.has(name));
  expectThat(found.length > 1, 'there is no family beside the controller');
  return found;
}

Then(
  'an operation that is listed with a do or with a dump has it, whatever else is wrong with the request',
  async function (this: NicWorld) {
    for (const { id, name, version, operations } of await harmless(this))
      for (const { command, flags } of operations)
        for (const [flag, how] of [
          [GENL_CMD_CAP_DO, NLM_F_ACK],
          [GENL_CMD_CAP_DUMP, NLM_F_DUMP],
        ] as const) {
          if ((flags & flag) === 0) continue;
          const body = encodeStruct(GENLMSGHDR, { cmd: command, version });
          const messages = await ask(this, { type: id, flags: how, body, protocol: NETLINK_GENERIC });
          // What a dump that began is ended with is said by NLMSG_DONE.
          const refusals = errorsIn(messages.filter(({ type }) => type === NLMSG_ERROR));
          expectThat(
            refusals.every(({ errno }) => errnoName(errno) !== 'EOPNOTSUPP'),
            `${how === NLM_F_DUMP ? 'a dump' : 'a do'} of ${command} of ${name} is not there`,
          );
        }
  },
);

Then('of an operation that does not say that it has a policy, none is published', async function (this: NicWorld) {
  for (const { id, name, operations } of await listFamilies(this)) {
    const { operations: told } = await policiesOf(this, id);
    const silent = operations.filter(({ command, flags }) => told.has(command) && (flags & GENL_CMD_CAP_HASPOL) === 0);
    expectThat(silent.length === 0, `${name} has a policy of ${silent.map(({ command }) => command).join(' ')}`);
  }
});

const TYPES: ReadonlySet<number> = new Set(Object.values(NL_ATTR_TYPE));
const NESTS: ReadonlySet<number> = new Set([NL_ATTR_TYPE.nested, NL_ATTR_TYPE.nestedArray]);

/** What is told of one attribute of a published policy. */
function expectWhole(what: string, told: Values, policies: PublishedPolicies['policies']): void {
  const type = numberIn(told, 'NL_POLICY_TYPE_ATTR_TYPE') ?? 0;
  expectThat(TYPES.has(type), `${what} has ${type === 0 ? 'no type' : `the type ${type}`}`);
  const [index, greatest] = [
    numberIn(told, 'NL_POLICY_TYPE_ATTR_POLICY_IDX'),
    numberIn(told, 'NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE'),
  ];
  expectThat((index === undefined) === (greatest === undefined), `${what} tells half of its inner policy`);
  if (index === undefined) return;
  expectThat(NESTS.has(type), `${what} has an inner policy, and is no nest`);
  const inner = policies.get(index);
  // A policy of which nothing is told has no messages of its own.
  const highest = Math.max(0, ...(inner?.keys() ?? []));
  expectThat(highest <= (greatest ?? 0), `${what} has an attribute ${highest} of at most ${greatest}`);
}

Then(
  'each attribute of each policy has a type, and each nest the policy of what is in it',
  async function (this: NicWorld) {
    let nests = 0;
    for (const { id, name } of await listFamilies(this)) {
      const { policies } = await policiesOf(this, id);
      for (const policy of policies.values())
        for (const [number, told] of policy) {
          expectWhole(`attribute ${number} of ${name}`, told, policies);
          if (numberIn(told, 'NL_POLICY_TYPE_ATTR_POLICY_IDX') !== undefined) nests++;
        }
    }
    expectThat(nests > 0, 'no nest says what is in it');
  },
);

/** ETHTOOL_MSG_LINKINFO_GET: a header, whose attributes are an index, a name, flags and a PHY. */
const LINKINFO_GET = 2;
const HEADER_MEMBERS = 4;

Then(
  'the header of a query of "ethtool" is a nest of at most {int} attributes',
  async function (this: NicWorld, most: number) {
    const family = (await listFamilies(this)).find(({ name }) => name === 'ethtool');
    expectThat(family !== undefined, 'there is no family ethtool');
    const { policies, operations } = await policiesOf(this, family.id);
    const header = policies.get(operations.get(LINKINFO_GET)?.do ?? -1)?.get(1);
    expectNumber(numberIn(header, 'NL_POLICY_TYPE_ATTR_TYPE') ?? -1, NL_ATTR_TYPE.nested, 'type of the header');
    const greatest = numberIn(header, 'NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE') ?? -1;
    expectThat(greatest >= HEADER_MEMBERS - 1 && greatest <= most, `its greatest attribute is ${greatest}`);
    const inner = policies.get(numberIn(header, 'NL_POLICY_TYPE_ATTR_POLICY_IDX') ?? -1);
    expectNumber(numberIn(inner?.get(1), 'NL_POLICY_TYPE_ATTR_TYPE') ?? -1, NL_ATTR_TYPE.u32, 'type of the index');
    expectNumber(numberIn(inner?.get(2), 'NL_POLICY_TYPE_ATTR_TYPE') ?? -1, NL_ATTR_TYPE.nulString, 'type of the name');
  },
);
