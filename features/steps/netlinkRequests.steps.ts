/** How wrong requests are refused: with which error, at which attribute, in which words. */
import { Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { concat } from '../../reference-impl/packet/bytes.js';
import type { Exchange, NetlinkFailure } from '../../reference-impl/netlink/client.js';
import { NETLINK_ROUTE, NLM_F_ACK } from '../../reference-impl/netlink/constants.js';
import { ETHTOOL_OPERATIONS } from '../../reference-impl/netlink/families/ethtool.js';
import { encodeAttributes } from '../../reference-impl/netlink/schema.js';
import {
  ATTRIBUTES_AT,
  ATTRIBUTE_HEADER,
  QUERIES,
  byteChanges,
  flagsAttribute,
  genericRequest,
  headerNest,
  indexAttribute,
  indexOfLength,
  nameAttribute,
  queryWithUnknown,
  unknownPlace,
  unknownType,
  unterminatedName,
  type QueryWords,
  type UnknownPlace,
} from '../properties/netlinkRequests.js';
import { expectNumber, expectThat } from './expectations.js';
import { ethtoolCall, expectRefusal } from './settings.js';
import { vlanDevice } from './vlanDevices.js';
import type { NicWorld } from './world.js';

interface RequestNotes {
  /** Where the attribute starts that the last request is refused for. */
  offset: number;
  exchange: Exchange | undefined;
}
export const requestNotes = (world: NicWorld): RequestNotes =>
  world.note('netlink request', () => ({ offset: -1, exchange: undefined }));

export const NO_SUCH_DEVICE = 'nosuchdev0';
const INSIDE_HEADER = ATTRIBUTES_AT + ATTRIBUTE_HEADER;

/** Sends a request of the ethtool family as it is; keeps what came, and the last error as the answer. */
export async function sendGeneric(world: NicWorld, body: Uint8Array, flags = NLM_F_ACK): Promise<Exchange> {
  const ethtool = await world.ethtool();
  const exchange = await ethtool.generic.client.exchange(await ethtool.familyId(), flags, body);
  requestNotes(world).exchange = exchange;
  world.answer = answerOf(exchange);
  return exchange;
}

function answerOf({ errors }: Exchange): NicWorld['answer'] {
  const refusal = errors.find(({ errno }) => errno !== 0);
  return refusal === undefined ? { ok: true, value: undefined } : { ok: false, error: refusal };
}

/** The features, asked for with these members in the header. */
export const featuresOf = (...members: readonly Uint8Array[]): Uint8Array =>
  genericRequest(ETHTOOL_OPERATIONS.FEATURES_GET.command, headerNest('FEATURES_GET', concat(...members)));

When(
  /^(the features|the link state|the channels) is asked for with an unknown attribute (behind the header|before the header|in the header)$/,
  async function (this: NicWorld, query: QueryWords, place: UnknownPlace) {
    const { body, offset } = queryWithUnknown(QUERIES[query], this.port.netDevice, place);
    requestNotes(this).offset = offset;
    await sendGeneric(this, body);
  },
);

Then(
  /^it is refused with (E[A-Z]+) at (?:that attribute|the name|the index|the header|the misspelt name)$/,
  function (this: NicWorld, errno: string) {
    const { offset } = expectRefusal(this, errno);
    expectThat(offset !== undefined, 'the answer does not say where');
    expectNumber(offset, requestNotes(this).offset, 'offset of the attribute');
  },
);

Then('the message is {string}', function (this: NicWorld, message: string) {
  const { answer } = this;
  expectThat(answer?.ok === false, 'nothing was refused');
  expectThat(answer.error.message === message, `the message is ${JSON.stringify(answer.error.message)}`);
});

Then(
  'for every number, length and place of an unknown attribute, the query is refused at that attribute',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(unknownType, fc.nat(20), unknownPlace, async (type, length, place) => {
        const { body, offset } = queryWithUnknown('FEATURES_GET', this.port.netDevice, place, type, length);
        await sendGeneric(this, body);
        expectNumber(expectRefusal(this, 'EINVAL').offset ?? -1, offset, 'offset of the unknown attribute');
      }),
    );
  },
);

When('the features are asked for with a device index of {int} bytes', async function (this: NicWorld, length: number) {
  requestNotes(this).offset = INSIDE_HEADER;
  await sendGeneric(this, featuresOf(indexOfLength(length)));
});

When('the features are asked for with a device name that is not terminated', async function (this: NicWorld) {
  requestNotes(this).offset = INSIDE_HEADER;
  await sendGeneric(this, featuresOf(unterminatedName(this.port.netDevice)));
});

Then(
  'for every length but four, a query with a device index of that length is refused at that attribute',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(
        fc.nat(64).filter((length) => length !== 4),
        async (length) => {
          await sendGeneric(this, featuresOf(indexOfLength(length)));
          expectNumber(expectRefusal(this, 'EINVAL').offset ?? -1, INSIDE_HEADER, 'offset of the index');
        },
      ),
      { runs: 0.5 },
    );
  },
);

When('the ring option tx-push is set to the number {int}', async function (this: NicWorld, value: number) {
  const { command, set } = ETHTOOL_OPERATIONS.RINGS_SET;
  const header = headerNest('RINGS_SET', nameAttribute(this.port.netDevice));
  requestNotes(this).offset = ATTRIBUTES_AT + header.length;
  await sendGeneric(this, genericRequest(command, header, encodeAttributes(set, { ETHTOOL_A_RINGS_TX_PUSH: value })));
});

When('the features are asked for with the header flags 0x80000000', async function (this: NicWorld) {
  const name = nameAttribute(this.port.netDevice);
  requestNotes(this).offset = INSIDE_HEADER + name.length;
  await sendGeneric(this, featuresOf(name, flagsAttribute(0x8000_0000)));
});

When(
  /^(the features|the link state|the channels) is asked for without a header$/,
  async function (this: NicWorld, query: QueryWords) {
    await sendGeneric(this, genericRequest(ETHTOOL_OPERATIONS[QUERIES[query]].command));
  },
);

Then('it is refused with EINVAL, and the missing attribute is the header', function (this: NicWorld) {
  const error: NetlinkFailure = expectRefusal(this, 'EINVAL');
  expectNumber(error.missingType ?? -1, 1, 'type of the missing attribute');
});

When('the features are asked for of the net device {string}', async function (this: NicWorld, name: string) {
  requestNotes(this).offset = INSIDE_HEADER;
  await sendGeneric(this, featuresOf(nameAttribute(name)));
});

When(
  'the features are asked for of the net device with the index {int}',
  async function (this: NicWorld, index: number) {
    requestNotes(this).offset = INSIDE_HEADER;
    await sendGeneric(this, featuresOf(indexAttribute(index)));
  },
);

When(
  'the features are asked for with the index of the port and the name of the VLAN device',
  async function (this: NicWorld) {
    requestNotes(this).offset = ATTRIBUTES_AT;
    await sendGeneric(this, featuresOf(indexAttribute(this.port.ifIndex), nameAttribute(vlanDevice(this).name)));
  },
);

When('the features are asked for with the index and the name of the port', async function (this: NicWorld) {
  await sendGeneric(this, featuresOf(indexAttribute(this.port.ifIndex), nameAttribute(this.port.netDevice)));
});

When('the features are asked for with a header that is not marked as a nest', async function (this: NicWorld) {
  requestNotes(this).offset = ATTRIBUTES_AT;
  const header = headerNest('FEATURES_GET', nameAttribute(this.port.netDevice), false);
  await sendGeneric(this, genericRequest(ETHTOOL_OPERATIONS.FEATURES_GET.command, header));
});

When(
  'the features are asked for with {int} bytes behind the last attribute',
  async function (this: NicWorld, count: number) {
    await sendGeneric(this, concat(featuresOf(nameAttribute(this.port.netDevice)), new Uint8Array(count)));
  },
);

const READ_ONLY: Readonly<
  Record<string, { readonly operation: 'CHANNELS_SET' | 'RINGS_SET'; readonly attribute: string }>
> = {
  'count of receive channels': { operation: 'CHANNELS_SET', attribute: 'ETHTOOL_A_CHANNELS_RX_MAX' },
  'size of the receive ring': { operation: 'RINGS_SET', attribute: 'ETHTOOL_A_RINGS_RX_MAX' },
};

When(
  /^the maximum (count of receive channels|size of the receive ring) is to be set$/,
  async function (this: NicWorld, what: string) {
    const entry = READ_ONLY[what];
    expectThat(entry !== undefined, `nothing is known of the maximum ${what}`);
    const { command, set } = ETHTOOL_OPERATIONS[entry.operation];
    const header = headerNest(entry.operation, nameAttribute(this.port.netDevice));
    requestNotes(this).offset = ATTRIBUTES_AT + header.length;
    await sendGeneric(this, genericRequest(command, header, encodeAttributes(set, { [entry.attribute]: 4 })));
  },
);

When('command {int} of the ethtool family is asked for', async function (this: NicWorld, command: number) {
  await sendGeneric(this, genericRequest(command));
});

When('a command of the family {int} is asked for', async function (this: NicWorld, family: number) {
  const ethtool = await this.ethtool();
  this.answer = answerOf(await ethtool.generic.client.exchange(family, NLM_F_ACK, genericRequest(1)));
});

When('the rtnetlink operation {int} is asked for', async function (this: NicWorld, operation: number) {
  const client = await this.openNetlink(NETLINK_ROUTE);
  this.answer = answerOf(await client.exchange(operation, NLM_F_ACK, new Uint8Array(16)));
  await client.socket.close();
});

Then('for every change of the bytes of a query, the next query is answered as before', async function (this: NicWorld) {
  const good = featuresOf(nameAttribute(this.port.netDevice));
  const before = await ethtoolCall(this, 'FEATURES_GET');
  const ethtool = await this.ethtool();
  await this.law(
    fc.asyncProperty(byteChanges, async (changes) => {
      const damaged = good.slice();
      // The command stays: another one might be a change.
      for (const [place, value] of changes) if (place > 0 && place < damaged.length) damaged[place] = value;
      await ethtool.generic.client.exchange(await ethtool.familyId(), NLM_F_ACK, damaged);
      const after = await ethtoolCall(this, 'FEATURES_GET');
      expectThat(JSON.stringify(after) === JSON.stringify(before), 'the next query was answered otherwise');
    }),
  );
});
