/** Messages in datagrams: where they begin and end, what is a request, and who is answered. */
import { Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import {
  CTRL_CMD_GETFAMILY,
  GENL_ID_CTRL,
  NETLINK_GENERIC,
  NETLINK_ROUTE,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  NLMSG_ERROR,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_GETNEIGH,
  RTM_MAX,
  RTM_SETLINK,
} from '../../reference-impl/netlink/constants.js';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import { encodeDatagram, encodeMessage, viewOf } from '../../reference-impl/netlink/wire.js';
import { encodeAttribute } from '../../reference-impl/netlink/wire.js';
import { CTRL_ATTR_FAMILY_NAME, controllerBody, linkBody, mtuOf, terminated } from '../properties/netlinkMessages.js';
import { concat } from '../../reference-impl/packet/bytes.js';
import { expectNumber, expectThat } from './expectations.js';
import {
  PROTOCOLS,
  ask,
  encodeRequest,
  errorsIn,
  expectRefused,
  repliesIn,
  sendRaw,
  talk,
  talkSocket,
} from './netlinkTalk.js';
import { linkValues } from './settings.js';
import type { NicWorld } from './world.js';

/** A lookup of the controller whose last attribute is not padded: the message ends where the name does. */
function lookUp(world: NicWorld, name: string, sequence: number): Uint8Array {
  const attribute = encodeAttribute(CTRL_ATTR_FAMILY_NAME, terminated(name));
  const cut = attribute.subarray(0, 4 + name.length + 1);
  return encodeRequest(world, {
    type: GENL_ID_CTRL,
    body: concat(controllerBody(CTRL_CMD_GETFAMILY), cut),
    sequence,
  });
}

/** One answer to each, in this order: the acknowledgement, or the refusal of a family that there is not. */
async function expectAnsweredInOrder(world: NicWorld, names: readonly string[]): Promise<void> {
  const messages = await sendRaw(
    world,
    NETLINK_GENERIC,
    encodeDatagram(names.map((name, index) => lookUp(world, name, index + 1))),
  );
  const answered = messages.filter(({ type }) => type === NLMSG_ERROR).map(({ sequence }) => sequence);
  expectThat(answered.join() === names.map((_, index) => index + 1).join(), `answered are ${answered.join(' ')}`);
}

When('two lookups of a family are sent in one datagram, the first of 31 bytes', async function (this: NicWorld) {
  const names = ['nlctrl', 'nlctrl'];
  expectNumber(lookUp(this, 'nlctrl', 1).length, 31, 'length of the message');
  await expectAnsweredInOrder(this, names);
});

Then('both are answered, in order', function (this: NicWorld) {
  expectNumber(repliesIn(talk(this).messages).length, 2, 'replies');
});

const anyName = fc.string({ unit: fc.constantFrom(...Array.from('abcdefgh')), minLength: 1, maxLength: 14 });

Then('for every list of lookups with names of any length, each is answered in order', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.constant('nlctrl'),
          anyName.map((name) => `${name}0`),
        ),
        { minLength: 1, maxLength: 8 },
      ),
      (names) => expectAnsweredInOrder(this, names),
    ),
  );
});

const query = (world: NicWorld): Uint8Array =>
  encodeRequest(world, { type: RTM_GETLINK, body: linkBody({ ifi_index: world.port.ifIndex }) });

function saying(message: Uint8Array, length: number): Uint8Array {
  const bytes = message.slice();
  viewOf(bytes).setUint32(0, length, true);
  return bytes;
}

When(
  'a message that says it has {int} bytes is sent, with a query behind it',
  async function (this: NicWorld, length: number) {
    await sendRaw(this, NETLINK_ROUTE, encodeDatagram([saying(query(this).subarray(0, 16), length), query(this)]));
  },
);

When(
  'a query that says it is {int} bytes longer than its datagram is sent',
  async function (this: NicWorld, more: number) {
    const bytes = query(this);
    await sendRaw(this, NETLINK_ROUTE, saying(bytes, bytes.length + more));
  },
);

Then('no message comes', function (this: NicWorld) {
  expectNumber(talk(this).messages.length, 0, 'messages that came');
});

Then('the next query is answered', async function (this: NicWorld) {
  expectNumber(repliesIn(await sendRaw(this, NETLINK_ROUTE, query(this))).length, 1, 'replies');
});

const mtuChange = (world: NicWorld, mtu: number): Uint8Array => linkBody({ ifi_index: world.port.ifIndex }, mtuOf(mtu));

When(
  /^an MTU of (\d+) is asked for without NLM_F_REQUEST(, to be acknowledged)?$/,
  async function (this: NicWorld, mtu: string, acknowledged: string | null) {
    const flags = acknowledged === null ? 0 : NLM_F_ACK;
    const header = { type: RTM_SETLINK, flags, sequence: 1, portId: 0 };
    await sendRaw(this, NETLINK_ROUTE, encodeMessage(header, mtuChange(this, Number(mtu))));
  },
);

Then('it is acknowledged', function (this: NicWorld) {
  const errors = errorsIn(talk(this).messages);
  expectNumber(errors.length, 1, 'acknowledgements');
  expectNumber(errors[0]?.errno ?? -1, 0, 'error of the acknowledgement');
});

Then(/^the port (has|does not have) an MTU of (\d+)$/, async function (this: NicWorld, has: string, mtu: string) {
  const { values } = await linkValues(this);
  const now = numberIn(values, 'IFLA_MTU');
  expectThat((now === Number(mtu)) === (has === 'has'), `the MTU is ${now ?? 'not told'}`);
});

When(
  /^a message of type (\d+) is sent to (rtnetlink|generic netlink), to be acknowledged$/,
  async function (this: NicWorld, type: string, protocol: keyof typeof PROTOCOLS) {
    await ask(this, { type: Number(type), body: new Uint8Array(4), protocol: PROTOCOLS[protocol] });
  },
);

const SHORT = {
  'a change of a link': { type: RTM_SETLINK },
  'a query of a link': { type: RTM_GETLINK, flags: NLM_F_ACK, protocol: NETLINK_ROUTE },
  'a dump of links': { type: RTM_GETLINK, flags: NLM_F_DUMP, protocol: NETLINK_ROUTE },
  'a dump of addresses': { type: RTM_GETADDR, flags: NLM_F_DUMP, protocol: NETLINK_ROUTE },
  'a dump of neighbours': { type: RTM_GETNEIGH, flags: NLM_F_DUMP, protocol: NETLINK_ROUTE },
  'a command of a family': { type: GENL_ID_CTRL, flags: NLM_F_ACK, protocol: NETLINK_GENERIC },
} as const;
const AF_INET = 2;

When(
  /^(a query of a link|a change of a link|a dump of links|a dump of addresses|a dump of neighbours|a command of a family) is sent with (\d+) bytes behind the netlink header$/,
  async function (this: NicWorld, what: keyof typeof SHORT, bytes: string) {
    const body = new Uint8Array(Number(bytes));
    // Addresses and neighbours are those of IPv4: of every family at once there would be one more answer for each.
    if (what.endsWith('addresses') || what.endsWith('neighbours')) body[0] = AF_INET;
    if (what === 'a command of a family') body[0] = CTRL_CMD_GETFAMILY;
    await ask(this, { ...SHORT[what], body });
  },
);

Then(/^it fails with (E[A-Z]+)$/, function (this: NicWorld, errno: string) {
  expectRefused(talk(this).messages, errno);
});

Then(
  'for every sequence number of 32 bits, the reply and the acknowledgement have it',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(fc.nat(0xffff_ffff), async (sequence) => {
        fc.pre(sequence !== 0x7fff_fff0);
        const body = linkBody({ ifi_index: this.port.ifIndex });
        const messages = await ask(this, { type: RTM_GETLINK, body, sequence });
        expectNumber(messages.length, 2, 'messages');
        for (const message of messages) expectNumber(message.sequence, sequence, 'sequence number');
      }),
      { runs: 0.5 },
    );
  },
);

Then(
  'for every port id in the header of a query, the answer comes to the socket that asked, with its own port id',
  async function (this: NicWorld) {
    const { portId } = await talkSocket(this, NETLINK_ROUTE);
    await this.law(
      fc.asyncProperty(fc.nat(0xffff_ffff), async (claimed) => {
        const header = { type: RTM_GETLINK, flags: NLM_F_REQUEST | NLM_F_ACK, sequence: 7, portId: claimed };
        const body = linkBody({ ifi_index: this.port.ifIndex });
        const messages = await sendRaw(this, NETLINK_ROUTE, encodeMessage(header, body));
        expectNumber(messages.length, 2, 'messages');
        for (const message of messages) expectNumber(message.portId, portId, 'port id');
      }),
      { runs: 0.5 },
    );
  },
);

Then(
  'for every type above those of rtnetlink, a message is refused with EOPNOTSUPP, to be acknowledged or not',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(fc.integer({ min: RTM_MAX + 1, max: 0xffff }), fc.boolean(), async (type, acknowledged) => {
        const body = linkBody({ ifi_index: this.port.ifIndex });
        expectRefused(await ask(this, { type, flags: acknowledged ? NLM_F_ACK : 0, body }), 'EOPNOTSUPP');
      }),
    );
  },
);
