/** The controller of generic netlink: what it lists has to be so. */
import { Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import {
  CTRL_CMD_GETFAMILY,
  GENL_ID_CTRL,
  NETLINK_GENERIC,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_ECHO,
  NLM_F_ROOT,
} from '../../reference-impl/netlink/constants.js';
import {
  GENL_ADMIN_PERM,
  GENL_CMD_CAP_DO,
  GENL_CMD_CAP_DUMP,
  GENL_CMD_CAP_HASPOL,
  GENL_UNS_ADMIN_PERM,
} from '../../reference-impl/netlink/families/genericControl.js';
import { NL_ATTR_TYPE } from '../../reference-impl/netlink/policyDescription.js';
import { encodeStruct, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { GENLMSGHDR } from '../../reference-impl/netlink/server.js';
import { NLA_HDRLEN, align, encodeAttribute, viewOf } from '../../reference-impl/netlink/wire.js';
import { concat } from '../../reference-impl/packet/bytes.js';
import { GENERIC_ATTRIBUTES_AT, controllerBody, familyName } from '../properties/netlinkMessages.js';
import { expectNumber, expectThat } from './expectations.js';
import {
  askForPolicies,
  decodePolicies,
  familyOf,
  listFamilies,
  lookUpFamily,
  policiesOf,
  type ListedFamily,
  type PublishedPolicies,
} from './netlinkDiscovery.js';
import { ask, expectRefused, expectTaken, repliesIn, talk } from './netlinkTalk.js';
import type { NicWorld } from './world.js';

const families = (world: NicWorld): ListedFamily[] => world.note('listed families', () => []);

async function listed(world: NicWorld): Promise<readonly ListedFamily[]> {
  const known = families(world);
  if (known.length === 0) known.push(...(await listFamilies(world)));
  return known;
}

const asText = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'bigint' ? String(each) : each instanceof Map ? [...(each as Map<unknown, unknown>)] : each,
  );

When('each family is looked up by its name and by its number', async function (this: NicWorld) {
  const answers = this.note<string[]>('family answers', () => []);
  for (const { name, id } of await listed(this)) {
    const ways: readonly Values[] = [{ CTRL_ATTR_FAMILY_NAME: name }, { CTRL_ATTR_FAMILY_ID: id }];
    for (const by of ways) {
      const messages = await lookUpFamily(this, by);
      expectTaken(messages, `looking up ${name}`);
      const [reply] = repliesIn(messages);
      expectThat(reply !== undefined, `nothing is told of ${name}`);
      answers.push(asText(familyOf(reply)));
    }
  }
});

Then('both answers are the same as in the list of families', async function (this: NicWorld) {
  const answers = this.note<string[]>('family answers', () => []);
  const expected = (await listed(this)).map(asText);
  expectThat(expected.length > 1, 'there is no family beside the controller');
  for (const [index, family] of expected.entries()) {
    for (const answer of answers.slice(2 * index, 2 * index + 2))
      expectThat(answer === family, `told is ${answer}, and listed ${family}`);
  }
});

When('the families are looked at', async function (this: NicWorld) {
  await listed(this);
});

Then(
  'no number, name or multicast group is there twice, and the controller has the number 16',
  async function (this: NicWorld) {
    const all = await listed(this);
    const groups = all.flatMap((family) => [...family.groups.values()]);
    for (const list of [all.map(({ id }) => id), all.map(({ name }) => name), groups])
      expectNumber(new Set<unknown>(list).size, list.length, 'different ones');
    expectNumber(all.find(({ name }) => name === 'nlctrl')?.id ?? -1, GENL_ID_CTRL, 'number of the controller');
  },
);

const genericBody = (cmd: number, version: number, ...attributes: readonly Uint8Array[]): Uint8Array =>
  concat(encodeStruct(GENLMSGHDR, { cmd, version }), ...attributes);

Then(
  'for every operation that is listed without a do or without a dump, that one is refused with EOPNOTSUPP',
  async function (this: NicWorld) {
    const all = await listed(this);
    const halves = all.flatMap(({ id, version, operations }) =>
      operations.flatMap(({ command, flags }) => [
        ...((flags & GENL_CMD_CAP_DO) === 0 ? [{ id, version, command, how: NLM_F_ACK }] : []),
        ...((flags & GENL_CMD_CAP_DUMP) === 0 ? [{ id, version, command, how: NLM_F_DUMP }] : []),
      ]),
    );
    expectThat(halves.length > 0, 'every operation has a do and a dump');
    await this.law(
      fc.asyncProperty(fc.constantFrom(...halves), async ({ id, version, command, how }) => {
        const body = genericBody(command, version);
        const messages = await ask(this, { type: id, flags: how, body, protocol: NETLINK_GENERIC });
        expectRefused(messages, 'EOPNOTSUPP');
      }),
    );
  },
);

Then(
  'for every family and every command that it does not list, a request is refused with EOPNOTSUPP',
  async function (this: NicWorld) {
    const all = await listed(this);
    const dump = fc.boolean();
    await this.law(
      fc.asyncProperty(fc.constantFrom(...all), fc.nat(255), dump, async ({ id, version, operations }, cmd, isDump) => {
        fc.pre(!operations.some(({ command }) => command === cmd));
        const body = genericBody(cmd, version);
        const flags = isDump ? NLM_F_DUMP : NLM_F_ACK;
        expectRefused(await ask(this, { type: id, flags, body, protocol: NETLINK_GENERIC }), 'EOPNOTSUPP');
      }),
    );
  },
);

const NO_FAMILY = 0x7000;

When(/^a family that there is not is looked up by (its name|its number)$/, async function (this: NicWorld, by: string) {
  await lookUpFamily(
    this,
    by === 'its name' ? { CTRL_ATTR_FAMILY_NAME: 'nosuchfamily' } : { CTRL_ATTR_FAMILY_ID: NO_FAMILY },
  );
});

When('a family is looked up by neither name nor number', async function (this: NicWorld) {
  await lookUpFamily(this, {});
});

Then('for every number that no family has, a message is refused with ENOENT', async function (this: NicWorld) {
  const taken = new Set((await listed(this)).map(({ id }) => id));
  await this.law(
    fc.asyncProperty(fc.integer({ min: 0x10, max: 0xffff }), fc.nat(255), async (id, cmd) => {
      // GENL_ID_VFS_DQUOT and GENL_ID_PMCRAID are kept for families that a kernel may have and hide from a namespace.
      fc.pre(!taken.has(id) && id > FIRST_FREE);
      const messages = await ask(this, { type: id, body: genericBody(cmd, 1), protocol: NETLINK_GENERIC });
      expectRefused(messages, 'ENOENT');
    }),
  );
});

const FIRST_FREE = 0x12;

When('the operations of the family {string} are looked at', async function (this: NicWorld, name: string) {
  const family = (await listed(this)).find((each) => each.name === name);
  expectThat(family !== undefined, `there is no family ${name}`);
  this.note('looked at', () => family);
});

Then(
  'those that change something say that they need privileges, and those that tell something do not',
  function (this: NicWorld) {
    const { operations } = this.note<ListedFamily>('looked at', () => {
      throw new Error('no family was looked at');
    });
    for (const { command, flags } of operations) {
      const isPrivileged = (flags & (GENL_ADMIN_PERM | GENL_UNS_ADMIN_PERM)) !== 0;
      if (TELL.has(command)) expectThat(!isPrivileged, `operation ${command} tells something and needs privileges`);
      if (CHANGE.has(command)) expectThat(isPrivileged, `operation ${command} changes something and needs none`);
    }
  },
);

/** ETHTOOL_MSG_FEATURES_GET, RINGS_GET, CHANNELS_GET, LINKSTATE_GET; FEATURES_SET, RINGS_SET, CHANNELS_SET, LINKMODES_SET. */
const TELL: ReadonlySet<number> = new Set([6, 11, 15, 17]);
const CHANGE: ReadonlySet<number> = new Set([5, 12, 16, 18]);

When(
  'the policies of {string} are asked for, for the operation {int}',
  async function (this: NicWorld, name: string, command: number) {
    const messages = await askForPolicies(this, { CTRL_ATTR_FAMILY_NAME: name, CTRL_ATTR_OP: command });
    expectTaken(messages, 'asking for policies');
    this.note('published', () => decodePolicies(messages));
  },
);

const published = (world: NicWorld): PublishedPolicies =>
  world.note<PublishedPolicies>('published', () => {
    throw new Error('no policies were asked for');
  });

Then('attribute 1 is a u16, and attribute 2 a terminated string of at most 15', function (this: NicWorld) {
  const [policy] = [...published(this).policies.values()];
  const [first, second] = [policy?.get(1), policy?.get(2)];
  expectNumber(numberIn(first, 'NL_POLICY_TYPE_ATTR_TYPE') ?? -1, NL_ATTR_TYPE.u16, 'type of attribute 1');
  expectNumber(numberIn(second, 'NL_POLICY_TYPE_ATTR_TYPE') ?? -1, NL_ATTR_TYPE.nulString, 'type of attribute 2');
  expectNumber(numberIn(second, 'NL_POLICY_TYPE_ATTR_MAX_LENGTH') ?? -1, 15, 'length of attribute 2');
});

Then('these are the policies of its do and its dump', function (this: NicWorld) {
  const { policies, operations } = published(this);
  const operation = operations.get(CTRL_CMD_GETFAMILY);
  for (const index of [operation?.do, operation?.dump])
    expectThat(index !== undefined && policies.has(index), 'a policy of the operation is missing');
});

Then(
  'for every operation that says it has a policy and a do, the policy of its do is published',
  async function (this: NicWorld) {
    const all = await listed(this);
    await this.law(
      fc.asyncProperty(fc.constantFrom(...all), async ({ id, name, operations }) => {
        const { operations: told } = await policiesOf(this, id);
        for (const { command, flags } of operations) {
          const both = GENL_CMD_CAP_DO | GENL_CMD_CAP_HASPOL;
          const isTold = told.get(command)?.do !== undefined;
          const isSaid = (flags & both) === both;
          expectThat(isTold || !isSaid, `the policy of operation ${command} of ${name} is not published`);
        }
      }),
      { runs: 0.3 },
    );
  },
);

Then(
  'for every operation that is published with the policy of a do, the family lists that operation',
  async function (this: NicWorld) {
    for (const { id, name, operations } of await listed(this)) {
      const commands = new Set(operations.map(({ command }) => command));
      const told = [...(await policiesOf(this, id)).operations].filter(([, policies]) => policies.do !== undefined);
      const unlisted = told.map(([command]) => command).filter((command) => !commands.has(command));
      expectThat(unlisted.length === 0, `${name} has no operation ${unlisted.join(' ')}`);
    }
  },
);

interface BoundedAttribute {
  readonly family: ListedFamily;
  readonly command: number;
  readonly number: number;
  readonly policy: Values;
}

/** Unsigned numbers of one, two or four bytes whose greatest value is not all that the bytes can hold. */
const BYTES: Readonly<Record<number, number>> = {
  [NL_ATTR_TYPE.u8]: 1,
  [NL_ATTR_TYPE.u16]: 2,
  [NL_ATTR_TYPE.u32]: 4,
};

/** Families whose operations are strict on every kernel that has them: what is beyond a bound never reaches a handler. */
const STRICT: ReadonlySet<string> = new Set(['netdev', 'ethtool']);

async function boundedAttributes(world: NicWorld): Promise<readonly BoundedAttribute[]> {
  const found: BoundedAttribute[] = [];
  for (const family of await listed(world)) {
    if (!STRICT.has(family.name)) continue;
    const { policies, operations } = await policiesOf(world, family.id);
    for (const { command } of family.operations) {
      const index = operations.get(command)?.do;
      for (const [number, policy] of policies.get(index ?? -1) ?? []) {
        const bytes = BYTES[numberIn(policy, 'NL_POLICY_TYPE_ATTR_TYPE') ?? 0];
        const max = numberIn(policy, 'NL_POLICY_TYPE_ATTR_MAX_VALUE_U');
        if (bytes !== undefined && max !== undefined && max < 2 ** (8 * bytes) - 1)
          found.push({ family, command, number, policy });
      }
    }
  }
  return found;
}

Then(
  'for every bounded attribute of a published do, a value outside is refused there and with that policy',
  async function (this: NicWorld) {
    const all = await boundedAttributes(this);
    expectThat(all.length > 0, 'nothing that is published has bounds');
    await this.law(
      fc.asyncProperty(
        fc.constantFrom(...all),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (attribute, share) => {
          const { family, command, number, policy } = attribute;
          const bytes = BYTES[numberIn(policy, 'NL_POLICY_TYPE_ATTR_TYPE') ?? 0] ?? 4;
          const max = numberIn(policy, 'NL_POLICY_TYPE_ATTR_MAX_VALUE_U') ?? 0;
          const value = max + 1 + Math.floor(share * (2 ** (8 * bytes) - 2 - max));
          const data = new Uint8Array(8);
          viewOf(data).setBigUint64(0, BigInt(value), true);
          const body = genericBody(command, family.version, encodeAttribute(number, data.subarray(0, bytes)));
          const messages = await ask(this, { type: family.id, body, protocol: NETLINK_GENERIC });
          const refusal = expectRefused(messages, 'ERANGE');
          expectNumber(refusal.offset ?? -1, GENERIC_ATTRIBUTES_AT, 'offset of the attribute');
          expectThat(asText(refusal.policy) === asText(policy), `told is ${asText(refusal.policy)}`);
        },
      ),
    );
  },
);

Then(
  'for every bounded attribute of a published do, its least and its greatest value are not out of range',
  async function (this: NicWorld) {
    const all = await boundedAttributes(this);
    expectThat(all.length > 0, 'nothing that is published has bounds');
    await this.law(
      fc.asyncProperty(fc.constantFrom(...all), fc.boolean(), async (attribute, isLeast) => {
        const { family, command, number, policy } = attribute;
        const bytes = BYTES[numberIn(policy, 'NL_POLICY_TYPE_ATTR_TYPE') ?? 0] ?? 4;
        const bound = numberIn(policy, `NL_POLICY_TYPE_ATTR_${isLeast ? 'MIN' : 'MAX'}_VALUE_U`) ?? 0;
        const data = new Uint8Array(8);
        viewOf(data).setBigUint64(0, BigInt(bound), true);
        // Behind the bound comes what nobody takes: nothing is changed by it.
        const attributes = concat(encodeAttribute(number, data.subarray(0, bytes)), encodeAttribute(UNKNOWN, data));
        const body = genericBody(command, family.version, attributes);
        const messages = await ask(this, { type: family.id, body, protocol: NETLINK_GENERIC });
        expectThat(
          expectRefused(messages, 'EINVAL').offset === GENERIC_ATTRIBUTES_AT + NLA_HDRLEN + align(bytes),
          `the bound ${bound} of attribute ${number} of ${family.name} is refused`,
        );
      }),
    );
  },
);
const UNKNOWN = 1000;

When(
  'a family is looked up by the name {string} and the number of the controller',
  async function (this: NicWorld, name: string) {
    await lookUpFamily(this, { CTRL_ATTR_FAMILY_ID: GENL_ID_CTRL, CTRL_ATTR_FAMILY_NAME: name });
  },
);

Then('told is the family {string}', function (this: NicWorld, name: string) {
  const { messages } = talk(this);
  expectTaken(messages, 'the lookup');
  const [reply] = repliesIn(messages);
  const told = reply === undefined ? undefined : familyOf(reply).name;
  expectThat(told === name, `told is ${told ?? 'nothing'}`);
});

/** Header of the attribute, and the number of the family in four bytes with its padding. */
const OPERATION_AT = GENERIC_ATTRIBUTES_AT + 8;

Then('the refusal points at the operation', function (this: NicWorld) {
  expectNumber(expectRefused(talk(this).messages, 'ENOENT').offset ?? -1, OPERATION_AT, 'offset of the attribute');
});

const QUESTIONS: Readonly<Record<string, Values>> = {
  'a family that there is not': { CTRL_ATTR_FAMILY_NAME: 'nosuchfamily' },
  'an operation that there is not': { CTRL_ATTR_FAMILY_ID: GENL_ID_CTRL, CTRL_ATTR_OP: 200 },
  'neither name nor number': {},
};

When(
  /^the policies of (a family that there is not|an operation that there is not|neither name nor number) are asked for$/,
  async function (this: NicWorld, what: string) {
    await askForPolicies(this, QUESTIONS[what] ?? {});
  },
);

Then('for every version in the header of a lookup, the answer is the same', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(fc.nat(255), async (version) => {
      const body = genericBody(CTRL_CMD_GETFAMILY, version, familyName('nlctrl'));
      const messages = await ask(this, { type: GENL_ID_CTRL, body, protocol: NETLINK_GENERIC });
      expectTaken(messages, 'the lookup');
      const [reply] = repliesIn(messages);
      expectThat(reply !== undefined && familyOf(reply).id === GENL_ID_CTRL, 'the family is not told');
    }),
    { runs: 0.5 },
  );
});

const NETDEV_CMD_DEV_GET = 1;
const NETDEV_A_DEV_IFINDEX = 1;

/** A query that every kernel answers: the device of the port, or the controller itself. */
async function queryOf(world: NicWorld, name: string, flags: number, reserved: number): Promise<void> {
  const family = (await listed(world)).find((each) => each.name === name);
  expectThat(family !== undefined, `there is no family ${name}`);
  const body =
    name === 'netdev'
      ? genericBody(NETDEV_CMD_DEV_GET, 1, encodeAttribute(NETDEV_A_DEV_IFINDEX, indexBytes(world)))
      : controllerBody(CTRL_CMD_GETFAMILY, familyName('nlctrl'));
  viewOf(body).setUint16(2, reserved, true);
  await ask(world, { type: family.id, flags: NLM_F_ACK | flags, body, protocol: NETLINK_GENERIC });
}

function indexBytes(world: NicWorld): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, world.port.ifIndex, true);
  return bytes;
}

When(
  'a query of {string} is sent with {int} in the reserved field of its header',
  async function (this: NicWorld, name: string, reserved: number) {
    await queryOf(this, name, 0, reserved);
  },
);

const FLAGS = { NLM_F_CREATE, NLM_F_ROOT, NLM_F_ECHO } as const;

When(
  /^a query of "(\w+)" is sent with the flag (NLM_F_CREATE|NLM_F_ROOT|NLM_F_ECHO)$/,
  async function (this: NicWorld, name: string, flag: keyof typeof FLAGS) {
    await queryOf(this, name, FLAGS[flag], 0);
  },
);

Then(/^it is refused with (E[A-Z]+) and "([^"]*)"$/, function (this: NicWorld, errno: string, message: string) {
  const refusal = expectRefused(talk(this).messages, errno);
  expectThat(refusal.message === message, `it says ${JSON.stringify(refusal.message)}`);
});

Then('it is taken', function (this: NicWorld) {
  const { messages } = talk(this);
  expectTaken(messages, 'the query');
  expectNumber(repliesIn(messages).length, 1, 'replies');
});
