/** The extended acknowledgement: words, places, policies, what is missing, and what a socket can ask for of it. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { encodeBody } from '../../reference-impl/netlink/client.js';
import {
  AF_BRIDGE,
  AF_INET,
  CTRL_CMD_GETPOLICY,
  GENL_ID_CTRL,
  NETLINK_CAP_ACK,
  NETLINK_EXT_ACK,
  NETLINK_ROUTE,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  RTM_DELADDR,
  RTM_GETLINK,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWMDB,
  RTM_SETLINK,
} from '../../reference-impl/netlink/constants.js';
import type { DecodedError } from '../../reference-impl/netlink/extack.js';
import { BR_MDB_ENTRY, BR_PORT_MSG } from '../../reference-impl/netlink/families/mdb.js';
import { ADDRESS, IFADDRMSG, LINK } from '../../reference-impl/netlink/families/rtnetlink.js';
import { NL_ATTR_TYPE } from '../../reference-impl/netlink/policyDescription.js';
import { encodeAttributes, encodeStruct, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { NLMSG_HDRLEN, encodeAttribute, encodeDatagram } from '../../reference-impl/netlink/wire.js';
import { concat, equalBytes } from '../../reference-impl/packet/bytes.js';
import {
  CTRL_ATTR_FAMILY_ID,
  CTRL_ATTR_FAMILY_NAME,
  GENERIC_ATTRIBUTES_AT,
  LINK_ATTRIBUTES_AT,
  linkBody,
  marked,
  mtuOf,
  terminated,
  u32,
  unterminated,
} from '../properties/netlinkMessages.js';
import { expectNumber, expectThat } from './expectations.js';
import { askForPolicies, decodePolicies } from './netlinkDiscovery.js';
import { askPolicies } from './netlinkAttributes.steps.js';
import { ask, encodeRequest, errorsIn, expectRefused, expectTaken, sendRaw, talk, talkSocket } from './netlinkTalk.js';
import { bridgeCalled, makeBridge, portCalled } from './switchPorts.js';
import type { NicWorld } from './world.js';

const IFLA_NEW_IFINDEX = 49;

When('a new index of 0 for the port is asked for', async function (this: NicWorld) {
  talk(this).place = LINK_ATTRIBUTES_AT;
  const body = linkBody(onPort(this), encodeAttribute(IFLA_NEW_IFINDEX, u32(0)));
  await ask(this, { type: RTM_SETLINK, body });
});

const onPort = (world: NicWorld): Values => ({ ifi_index: world.port.ifIndex });

When('a query and a change with a wrong attribute are sent in one datagram', async function (this: NicWorld) {
  talk(this).place = LINK_ATTRIBUTES_AT + mtuOf(1400).length;
  const query = encodeRequest(this, { type: RTM_GETLINK, body: linkBody(onPort(this)) });
  const wrong = encodeAttribute(IFLA_NEW_IFINDEX, u32(0));
  const change = encodeRequest(this, { type: RTM_SETLINK, body: linkBody(onPort(this), mtuOf(1400), wrong) });
  await sendRaw(this, NETLINK_ROUTE, encodeDatagram([query, change]));
});

const refusalIn = (world: NicWorld): DecodedError => {
  const refusal = errorsIn(talk(world).messages).find(({ errno }) => errno !== 0);
  expectThat(refusal !== undefined, 'nothing was refused');
  return refusal;
};

Then('the refusal gives the place of the attribute within its own message', function (this: NicWorld) {
  expectNumber(refusalIn(this).offset ?? -1, talk(this).place, 'offset of the attribute');
});

When('a family by a number of three bytes is asked for', async function (this: NicWorld) {
  await askPolicies(this, GENERIC_ATTRIBUTES_AT, encodeAttribute(CTRL_ATTR_FAMILY_ID, new Uint8Array(3)));
});

When('a family by a name without an end is asked for', async function (this: NicWorld) {
  await askPolicies(this, GENERIC_ATTRIBUTES_AT, encodeAttribute(CTRL_ATTR_FAMILY_NAME, unterminated('nlctrl')));
});

/** What the features say of a policy. */
function policyWords(policy: Values): string {
  const at = (name: string): number => numberIn(policy, `NL_POLICY_TYPE_ATTR_${name}`) ?? -1;
  switch (at('TYPE')) {
    case NL_ATTR_TYPE.u16:
      return `u16, from ${at('MIN_VALUE_U')} to ${at('MAX_VALUE_U')}`;
    case NL_ATTR_TYPE.s32:
      return `s32, from ${at('MIN_VALUE_S')} to ${at('MAX_VALUE_S')}`;
    case NL_ATTR_TYPE.nulString:
      return `a terminated string of at most ${at('MAX_LENGTH')}`;
    default:
      return `type ${at('TYPE')}`;
  }
}

Then(/^the refusal tells the policy: (.*)$/, function (this: NicWorld, words: string) {
  const { policy } = refusalIn(this);
  expectThat(policy !== undefined, 'no policy is told');
  expectThat(policyWords(policy) === words, `the policy is: ${policyWords(policy)}`);
});

Then('the refusal tells no policy', function (this: NicWorld) {
  expectThat(refusalIn(this).policy === undefined, 'a policy is told');
});

const asText = (values: Values | undefined): string =>
  JSON.stringify(values, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));

Then(
  'for every attribute of the controller, a wrong length is refused with the policy that the controller publishes',
  async function (this: NicWorld) {
    const asked = await askForPolicies(this, { CTRL_ATTR_FAMILY_ID: GENL_ID_CTRL, CTRL_ATTR_OP: CTRL_CMD_GETPOLICY });
    const { policies, operations } = decodePolicies(asked);
    const [index] = [...operations.values()].map(({ dump }) => dump);
    const published = index === undefined ? undefined : policies.get(index);
    expectThat(published !== undefined, 'the controller does not publish the policy of its own query');
    const attributes = [...published.keys()];
    await this.law(
      fc.asyncProperty(fc.constantFrom(...attributes), fc.integer({ min: 17, max: 40 }), async (number, length) => {
        await askPolicies(this, GENERIC_ATTRIBUTES_AT, encodeAttribute(number, new Uint8Array(length).fill(1)));
        const { policy } = refusalIn(this);
        expectThat(asText(policy) === asText(published.get(number)), `told is ${asText(policy)}`);
      }),
      { runs: 0.3 },
    );
  },
);

When('a group with a source without an address is asked for', async function (this: NicWorld) {
  await makeBridge(this, ['p0']);
  const bridge = bridgeCalled(this);
  const entry = encodeStruct(BR_MDB_ENTRY, {
    ifindex: portCalled(this, 'p0').ifIndex,
    state: 1,
    addr: Uint8Array.of(239, 1, 1, 1),
    proto: 0x0800,
  });
  const source = encodeAttribute(marked(1), new Uint8Array(0));
  const attributes = encodeAttribute(marked(2), source);
  const body = concat(
    encodeBody(BR_PORT_MSG, { family: AF_BRIDGE, ifindex: bridge.ifIndex }, encodeAttribute(1, entry)),
    encodeAttribute(marked(2), concat(attributes, encodeAttribute(3, Uint8Array.of(1)))),
  );
  // Netlink header, fixed header, the entry; then the nest of attributes and in it the list, whose first member it is.
  talk(this).place = NLMSG_HDRLEN + 8 + 4 + entry.length + 4 + 4;
  await ask(this, { type: RTM_NEWMDB, flags: NLM_F_ACK | NLM_F_CREATE, body });
});

Then(
  'it fails with EINVAL, and says that attribute {int} is missing in the nest of the source',
  function (this: NicWorld, number: number) {
    const refusal = expectRefused(talk(this).messages, 'EINVAL');
    expectNumber(refusal.missingType ?? -1, number, 'type of what is missing');
    expectNumber(refusal.missingNest ?? -1, talk(this).place, 'offset of the nest');
  },
);

Then(
  'for every change that is taken, the acknowledgement tells no place, no policy and nothing missing',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(fc.integer({ min: 1280, max: 1500 }), fc.nat(3), async (mtu, leftover) => {
        const body = linkBody(onPort(this), mtuOf(mtu), new Uint8Array(leftover));
        const messages = await ask(this, { type: RTM_SETLINK, body });
        expectTaken(messages, 'the change');
        for (const { offset, policy, missingType, missingNest } of errorsIn(messages)) {
          const told = [offset, policy, missingType, missingNest].some((each) => each !== undefined);
          expectThat(!told, 'a success tells more than words');
        }
      }),
      { runs: 0.3 },
    );
  },
);

async function setSocketOption(world: NicWorld, option: number, value: number): Promise<void> {
  const socket = await talkSocket(world, NETLINK_ROUTE);
  const set = await socket.setOption?.(option, value);
  expectThat(set?.ok === true, 'the option cannot be set');
}

Given('the socket asks for capped acknowledgements', async function (this: NicWorld) {
  await setSocketOption(this, NETLINK_CAP_ACK, 1);
});

Given('the socket does not ask for explanations', async function (this: NicWorld) {
  await setSocketOption(this, NETLINK_EXT_ACK, 0);
});

Then('the refusal quotes the header alone, marked as capped, and still gives the place', function (this: NicWorld) {
  const { capped, quoted, offset } = refusalIn(this);
  expectThat(capped, 'it is not marked as capped');
  expectNumber(quoted.length, NLMSG_HDRLEN, 'bytes quoted');
  expectThat(equalBytes(quoted, talk(this).request.subarray(0, NLMSG_HDRLEN)), 'another header is quoted');
  expectNumber(offset ?? -1, talk(this).place, 'offset of the attribute');
});

Then('the refusal quotes the whole request and says nothing more', function (this: NicWorld) {
  const { capped, quoted, message, offset, policy } = refusalIn(this);
  expectThat(!capped && equalBytes(quoted, talk(this).request), 'the request is not quoted as it was sent');
  const said = [message, offset, policy].some((each) => each !== undefined);
  expectThat(!said, 'it says more');
});

When('a dump of links is asked for with a device index in its header', async function (this: NicWorld) {
  await ask(this, { type: RTM_GETLINK, flags: NLM_F_DUMP, body: linkBody(onPort(this)) });
});

Then(/^it ends with (E[A-Z]+) and "([^"]*)"$/, function (this: NicWorld, errno: string, message: string) {
  const refusal = expectRefused(talk(this).messages, errno);
  expectThat(refusal.message === message, `it says ${JSON.stringify(refusal.message)}`);
});

const NOBODY = 1_000_000;

interface Misuse {
  readonly type: number;
  readonly flags?: number;
  readonly body: Uint8Array;
}

const address = (ifIndex: number, host: number): Uint8Array =>
  encodeBody(
    IFADDRMSG,
    { ifa_family: AF_INET, ifa_prefixlen: 24, ifa_index: ifIndex },
    encodeAttributes(ADDRESS, { IFA_LOCAL: Uint8Array.of(192, 0, 2, host) }),
  );

const named = (name: string): Uint8Array => encodeAttributes(LINK, { IFLA_IFNAME: name });

const kind = (name: string): Uint8Array => encodeAttribute(marked(18), encodeAttribute(1, terminated(name)));

/** What the features call a misuse, and the request. */
const MISUSES: Readonly<Record<string, (world: NicWorld) => Misuse>> = {
  'a link by an index that there is not': () => ({ type: RTM_GETLINK, body: linkBody({ ifi_index: NOBODY }) }),
  'a link by a name that there is not': () => ({ type: RTM_GETLINK, body: linkBody({}, named('nosuchlink0')) }),
  'a link by neither index nor name': () => ({ type: RTM_GETLINK, body: linkBody({}) }),
  'a change of a link that there is not': () => ({
    type: RTM_SETLINK,
    body: linkBody({ ifi_index: NOBODY }, mtuOf(1400)),
  }),
  'a new link of a kind that nobody knows': () => ({
    type: RTM_NEWLINK,
    flags: NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
    body: linkBody({}, named('nlnew0'), kind('nosuchkind')),
  }),
  'a new link that must not be made, by a new name': () => ({
    type: RTM_NEWLINK,
    body: linkBody({}, named('nlnew0'), kind('bridge')),
  }),
  'a VLAN without its number, that must not be made': () => ({
    type: RTM_NEWLINK,
    body: linkBody({}, named('nlnew0'), kind('vlan')),
  }),
  'a new link by the name of the port, exclusively': (world) => ({
    type: RTM_NEWLINK,
    flags: NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
    body: linkBody({}, named(world.port.netDevice), kind('bridge')),
  }),
  'an address at a link that there is not': () => ({
    type: RTM_NEWADDR,
    flags: NLM_F_ACK | NLM_F_CREATE,
    body: address(NOBODY, 1),
  }),
  'an address that is not there, to be removed': (world) => ({
    type: RTM_DELADDR,
    body: address(world.port.ifIndex, 77),
  }),
  'an address of the link of five bytes': (world) => ({
    type: RTM_SETLINK,
    body: linkBody(onPort(world), encodeAttribute(1, new Uint8Array(5))),
  }),
};

When(/^(a .*|an .*) is asked of rtnetlink$/, async function (this: NicWorld, misuse: string) {
  const make = MISUSES[misuse];
  expectThat(make !== undefined, `nothing is known of ${misuse}`);
  await ask(this, make(this));
});
