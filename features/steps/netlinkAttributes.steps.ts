/** Attributes: what a strict family refuses, what a liberal one takes, and what a kernel itself sends. */
import { Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import {
  CTRL_CMD_GETFAMILY,
  CTRL_CMD_GETPOLICY,
  GENL_ID_CTRL,
  NETLINK_GENERIC,
  NLA_F_NESTED,
  NLM_F_ACK,
  NLM_F_BULK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  RTM_DELLINK,
  RTM_GETLINK,
  RTM_NEWLINK,
  RTM_SETLINK,
} from '../../reference-impl/netlink/constants.js';
import { ETHTOOL_OPERATIONS } from '../../reference-impl/netlink/families/ethtool.js';
import { IFINFOMSG, LINK, LINKINFO_DATA_VLAN } from '../../reference-impl/netlink/families/rtnetlink.js';
import {
  encodeAttributes,
  numberIn,
  structLength,
  textIn,
  type StructField,
} from '../../reference-impl/netlink/schema.js';
import { GENLMSGHDR } from '../../reference-impl/netlink/server.js';
import { decodeBody } from '../../reference-impl/netlink/client.js';
import { NLA_HDRLEN, align, encodeAttribute, parseAttributes } from '../../reference-impl/netlink/wire.js';
import { concat } from '../../reference-impl/packet/bytes.js';
import {
  CTRL_ATTR_FAMILY_ID,
  CTRL_ATTR_FAMILY_NAME,
  GENERIC_ATTRIBUTES_AT,
  IFLA_IFNAME,
  IFLA_LINKINFO,
  IFLA_TXQLEN,
  LINK_ATTRIBUTES_AT,
  claiming,
  controllerBody,
  familyName,
  linkBody,
  marked,
  mtuOf,
  terminated,
  u32,
  unknownControllerType,
  unterminated,
} from '../properties/netlinkMessages.js';
import { genericRequest, headerNest, nameAttribute } from '../properties/netlinkRequests.js';
import { expectNumber, expectThat } from './expectations.js';
import { ask, errorsIn, expectRefused, expectTaken, repliesIn, talk } from './netlinkTalk.js';
import { linkValues } from './settings.js';
import type { NicWorld } from './world.js';

/** CTRL_CMD_GETPOLICY is strict on every kernel that has it. `place`: of the attribute that is to be refused. */
export async function askPolicies(world: NicWorld, place: number, ...attributes: readonly Uint8Array[]): Promise<void> {
  talk(world).place = place;
  await ask(world, {
    type: GENL_ID_CTRL,
    flags: NLM_F_DUMP | NLM_F_ACK,
    body: controllerBody(CTRL_CMD_GETPOLICY, ...attributes),
    protocol: NETLINK_GENERIC,
  });
}

const CONTROLLER = familyName('nlctrl');

When(
  'the policies of a family are asked for with an attribute {int} behind the name',
  async function (this: NicWorld, number: number) {
    await askPolicies(this, GENERIC_ATTRIBUTES_AT + CONTROLLER.length, CONTROLLER, encodeAttribute(number, u32(1)));
  },
);

Then(
  /^it fails with (E[A-Z]+)( at that attribute)?, and says "([^"]*)"$/,
  function (this: NicWorld, errno: string, at: string | null, message: string) {
    const refusal = expectRefused(talk(this).messages, errno);
    if (at !== null) expectNumber(refusal.offset ?? -1, talk(this).place, 'offset of the attribute');
    expectThat(refusal.message === message, `it says ${JSON.stringify(refusal.message)}`);
  },
);

Then(
  'for every number that the controller does not know, place and length, a query of policies is refused there',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(unknownControllerType, fc.nat(40), fc.boolean(), async (number, length, isFirst) => {
        const unknown = encodeAttribute(number, new Uint8Array(length));
        const place = GENERIC_ATTRIBUTES_AT + (isFirst ? 0 : CONTROLLER.length);
        await askPolicies(this, place, ...(isFirst ? [unknown, CONTROLLER] : [CONTROLLER, unknown]));
        expectNumber(expectRefused(talk(this).messages, 'EINVAL').offset ?? -1, place, 'offset of the attribute');
      }),
    );
  },
);

async function changeLink(world: NicWorld, ...attributes: readonly Uint8Array[]): Promise<void> {
  const body = linkBody({ ifi_index: world.port.ifIndex }, ...attributes);
  talk(world).place = LINK_ATTRIBUTES_AT;
  await ask(world, { type: RTM_SETLINK, body });
}

When(
  /^an MTU of (\d+) is asked for with an attribute (\d+) (before|behind) it$/,
  async function (this: NicWorld, mtu: string, number: string, where: string) {
    const unknown = encodeAttribute(Number(number), u32(1));
    const wanted = mtuOf(Number(mtu));
    await changeLink(this, ...(where === 'before' ? [unknown, wanted] : [wanted, unknown]));
  },
);

When(
  'the policies of a family are asked for by a number of {int} bytes',
  async function (this: NicWorld, bytes: number) {
    const number = encodeAttribute(CTRL_ATTR_FAMILY_ID, u32(GENL_ID_CTRL).subarray(0, bytes));
    await askPolicies(this, GENERIC_ATTRIBUTES_AT, number);
  },
);

When('an MTU of {int} is asked for in {int} bytes', async function (this: NicWorld, mtu: number, bytes: number) {
  await changeLink(this, mtuOf(mtu, bytes));
});

When('the policies of a family are asked for by a name that is marked as a nest', async function (this: NicWorld) {
  const name = encodeAttribute(marked(CTRL_ATTR_FAMILY_NAME), terminated('nlctrl'));
  await askPolicies(this, GENERIC_ATTRIBUTES_AT, name);
});

When(
  /^a VLAN device is asked for, its kind in a nest that is (marked|not marked)$/,
  async function (this: NicWorld, how: string) {
    const type = how === 'marked' ? IFLA_LINKINFO | NLA_F_NESTED : IFLA_LINKINFO;
    const info = concat(
      encodeAttribute(1, terminated('vlan')),
      encodeAttribute(2, encodeAttributes(LINKINFO_DATA_VLAN, { IFLA_VLAN_ID: 100 })),
    );
    const attributes = encodeAttributes(LINK, { IFLA_IFNAME: 'nvnest', IFLA_LINK: this.port.ifIndex });
    const flags = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
    await ask(this, { type: RTM_NEWLINK, flags, body: linkBody({}, attributes, encodeAttribute(type, info)) });
  },
);

const changeGsoSize = (world: NicWorld, size: number): Promise<void> =>
  changeLink(world, encodeAttribute(IFLA_GSO_MAX_SIZE, u32(size)));

When('a GSO size of {int} bytes is asked for', async function (this: NicWorld, size: number) {
  await changeGsoSize(this, size);
});

/** Below any MAX_TCP_HEADER, which is built into a kernel, and above. */
const TOO_SMALL = 100;
const ALLOWED = { min: 2048, max: 65_536 };

Then(
  'for every GSO size, it is refused below 101 bytes, and reads back from 2048 to 65536 bytes',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(fc.oneof(fc.nat(TOO_SMALL), fc.integer(ALLOWED)), async (size) => {
        await changeGsoSize(this, size);
        const { messages } = talk(this);
        if (size <= TOO_SMALL) {
          expectRefused(messages, 'ERANGE');
          return;
        }
        expectTaken(messages, 'a GSO size');
        const { values } = await linkValues(this);
        expectNumber(numberIn(values, 'IFLA_GSO_MAX_SIZE') ?? -1, size, 'GSO size');
      }),
      { runs: 0.5 },
    );
  },
);

When('the policies of a family are asked for by a name that is not terminated', async function (this: NicWorld) {
  await askPolicies(this, GENERIC_ATTRIBUTES_AT, encodeAttribute(CTRL_ATTR_FAMILY_NAME, unterminated('nlctrl')));
});

async function lookUpLink(world: NicWorld, name: Uint8Array): Promise<void> {
  talk(world).place = LINK_ATTRIBUTES_AT;
  await ask(world, { type: RTM_GETLINK, body: linkBody({}, encodeAttribute(IFLA_IFNAME, name)) });
}

When('the port is looked up by its name without a zero behind it', async function (this: NicWorld) {
  await lookUpLink(this, unterminated(this.port.netDevice));
});

Then('it is found', function (this: NicWorld) {
  const { messages } = talk(this);
  expectTaken(messages, 'the lookup');
  const [reply] = repliesIn(messages);
  const name = reply === undefined ? undefined : textIn(decodeBody(IFINFOMSG, LINK, reply).values, 'IFLA_IFNAME');
  expectThat(name === this.port.netDevice, `found is ${name ?? 'nothing'}`);
});

When('a link is looked up by a name of {int} letters', async function (this: NicWorld, letters: number) {
  await lookUpLink(this, terminated('x'.repeat(letters)));
});

When(
  'the policies of a family are asked for with {int} bytes behind the name',
  async function (this: NicWorld, bytes: number) {
    await askPolicies(this, -1, CONTROLLER, new Uint8Array(bytes));
  },
);

When(
  'the policies of a family are asked for, and behind the name an attribute that says it has {int} bytes',
  async function (this: NicWorld, length: number) {
    await askPolicies(this, -1, CONTROLLER, claiming(encodeAttribute(CTRL_ATTR_FAMILY_ID, u32(0)), length));
  },
);

When(
  'an MTU of {int} is asked for with {int} bytes behind it',
  async function (this: NicWorld, mtu: number, bytes: number) {
    await changeLink(this, mtuOf(mtu), new Uint8Array(bytes));
  },
);

Then('it is acknowledged, with the warning {string}', function (this: NicWorld, warning: string) {
  const [answer] = errorsIn(talk(this).messages);
  expectNumber(answer?.errno ?? -1, 0, 'error of the acknowledgement');
  expectThat(answer?.message === warning, `it says ${JSON.stringify(answer?.message)}`);
});

When(
  'MTUs of {int} and then of {int} are asked for in one message',
  async function (this: NicWorld, first: number, second: number) {
    await changeLink(this, mtuOf(first), mtuOf(second));
  },
);

When(
  'an MTU of two bytes and then one of {int} are asked for in one message',
  async function (this: NicWorld, mtu: number) {
    await changeLink(this, mtuOf(mtu, 2), mtuOf(mtu));
  },
);

interface LinkChange {
  readonly mtu: number;
  readonly group: number;
  readonly queue: number;
  readonly alias: string;
}

const IFLA_IFALIAS = 20;
const IFLA_GROUP = 27;
const IFLA_GSO_MAX_SIZE = 41;

const linkChange: fc.Arbitrary<LinkChange> = fc.record({
  mtu: fc.integer({ min: 1280, max: 1500 }),
  group: fc.nat(0xffff),
  queue: fc.nat(0x7fff),
  alias: fc.string({ unit: fc.constantFrom(...Array.from('abcdef')), minLength: 1, maxLength: 20 }),
});

const changeAttributes = ({ mtu, group, queue, alias }: LinkChange): readonly Uint8Array[] => [
  mtuOf(mtu),
  encodeAttribute(IFLA_GROUP, u32(group)),
  encodeAttribute(IFLA_TXQLEN, u32(queue)),
  encodeAttribute(IFLA_IFALIAS, unterminated(alias)),
];

async function expectChanged(world: NicWorld, { mtu, group, queue, alias }: LinkChange): Promise<void> {
  expectTaken(talk(world).messages, 'the change');
  const { values } = await linkValues(world);
  expectNumber(numberIn(values, 'IFLA_MTU') ?? -1, mtu, 'MTU');
  expectNumber(numberIn(values, 'IFLA_GROUP') ?? -1, group, 'group');
  expectNumber(numberIn(values, 'IFLA_TXQLEN') ?? -1, queue, 'length of the queue');
  expectThat(textIn(values, 'IFLA_IFALIAS') === alias, `the alias is ${textIn(values, 'IFLA_IFALIAS') ?? 'none'}`);
}

Then('for every order of the attributes of a change, the link reads back the same', async function (this: NicWorld) {
  const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });
  await this.law(
    fc.asyncProperty(linkChange, order, async (change, places) => {
      const attributes = changeAttributes(change);
      await changeLink(this, ...places.map((place) => attributes[place] ?? new Uint8Array(0)));
      await expectChanged(this, change);
    }),
    { runs: 0.5 },
  );
});

Then('for all bytes between attributes, a change is made as without them', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(linkChange, fc.integer({ min: 1, max: 255 }), async (change, filling) => {
      await changeLink(this, ...changeAttributes(change).map((attribute) => padded(attribute, filling)));
      await expectChanged(this, change);
    }),
    { runs: 0.5 },
  );
});

/** Behind its end and before the next multiple of four. */
function padded(attribute: Uint8Array, filling: number): Uint8Array {
  const bytes = attribute.slice();
  bytes.fill(filling, (attribute[0] ?? 0) | ((attribute[1] ?? 0) << 8));
  return bytes;
}

When(/^a change of the link with (IFLA_[A-Z_]+) is asked for$/, async function (this: NicWorld, name: string) {
  const number = LINK.byName.get(name)?.number;
  expectThat(number !== undefined, `no attribute is called ${name}`);
  await changeLink(this, encodeAttribute(number, u32(1)));
});

When(/^(the links|the families) are listed$/, async function (this: NicWorld, what: string) {
  const flags = NLM_F_DUMP;
  this.note('listed header', () => (what === 'the links' ? IFINFOMSG : GENLMSGHDR));
  if (what === 'the links') await ask(this, { type: RTM_GETLINK, flags, body: linkBody({}) });
  else {
    const body = controllerBody(CTRL_CMD_GETFAMILY);
    await ask(this, { type: GENL_ID_CTRL, flags, body, protocol: NETLINK_GENERIC });
  }
});

Then(
  'every attribute of every reply begins at a multiple of four, and what is between them is zero',
  function (this: NicWorld) {
    const replies = repliesIn(talk(this).messages);
    expectThat(replies.length > 0, 'nothing was listed');
    const header = this.note<readonly StructField[]>('listed header', () => IFINFOMSG);
    for (const { body } of replies) {
      const bytes = body.subarray(align(structLength(header)));
      const { attributes, leftover } = parseAttributes(bytes);
      expectNumber(leftover, 0, 'bytes behind the attributes');
      for (const { offset, data } of attributes) {
        const end = offset + NLA_HDRLEN + data.length;
        const between = bytes.subarray(end, align(end));
        expectThat(
          between.every((byte) => byte === 0),
          `behind the attribute at ${offset} lies something else than zeros`,
        );
      }
    }
  },
);

const STRINGS_HEADER = headerNest('STRSET_GET', nameAttribute('nosuchdev0'));

/** The family is looked up by its own name: strings of no device that there is. */
async function askStrings(world: NicWorld, ...attributes: readonly Uint8Array[]): Promise<void> {
  talk(world).place = GENERIC_ATTRIBUTES_AT + STRINGS_HEADER.length;
  const { command } = ETHTOOL_OPERATIONS.STRSET_GET;
  const type = await (await world.ethtool()).familyId();
  await ask(world, { type, body: genericRequest(command, STRINGS_HEADER, ...attributes), protocol: NETLINK_GENERIC });
}

const ETHTOOL_A_STRSET_STRINGSETS = 2;
const ETHTOOL_A_STRSET_COUNTS_ONLY = 3;

When('strings are asked for, and to be counted only, with a byte behind that flag', async function (this: NicWorld) {
  await askStrings(this, encodeAttribute(ETHTOOL_A_STRSET_COUNTS_ONLY, Uint8Array.of(1)));
});

When('strings are asked for with a nest of {int} bytes as their sets', async function (this: NicWorld, bytes: number) {
  await askStrings(this, encodeAttribute(marked(ETHTOOL_A_STRSET_STRINGSETS), new Uint8Array(bytes)));
});

When('a link is to be deleted with NLM_F_BULK', async function (this: NicWorld) {
  await ask(this, { type: RTM_DELLINK, flags: NLM_F_ACK | NLM_F_BULK, body: linkBody({ ifi_index: 0x7fff_fff0 }) });
});

Then('the acknowledgement quotes {int} bytes, and is marked as capped', function (this: NicWorld, bytes: number) {
  const [answer] = errorsIn(talk(this).messages);
  expectNumber(answer?.errno ?? -1, 0, 'error of the acknowledgement');
  expectThat(answer?.capped === true, 'it is not marked as capped');
  const [message] = talk(this).messages;
  expectNumber((message?.body.length ?? 0) - ERRNO_LENGTH, bytes, 'bytes quoted');
});
const ERRNO_LENGTH = 4;
