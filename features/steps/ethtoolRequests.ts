/** One request of ethtool netlink and what came of it, kept for the steps that follow. */
import type { NetDeviceName } from '../../harness/contract/index.js';
import { NLM_F_ACK, NLM_F_DUMP } from '../../reference-impl/netlink/constants.js';
import type { Exchange } from '../../reference-impl/netlink/client.js';
import { ETHTOOL_OPERATIONS, type EthtoolOperationName } from '../../reference-impl/netlink/families/ethtool.js';
import type { Values } from '../../reference-impl/netlink/schema.js';
import { attributeOffsets } from '../properties/ethtoolRequests.js';
import { expectThat } from './expectations.js';
import { accepted } from './settings.js';
import type { NicWorld } from './world.js';

export interface AskedRequest {
  readonly name: EthtoolOperationName;
  readonly offsets: ReadonlyMap<string, number>;
  readonly replies: readonly Values[];
}

interface Asked {
  last: AskedRequest | undefined;
}
const asked = (world: NicWorld): Asked => world.note('ethtool request', () => ({ last: undefined }));

export interface AskOptions {
  readonly netDevice?: NetDeviceName;
  /** Members of the header beside the name; `null` instead of a name leaves the device out. */
  readonly header?: Values;
  readonly namesDevice?: boolean;
  readonly dumps?: boolean;
  /** The request has no header at all. */
  readonly headless?: boolean;
}

/** Asks, keeps the answer for `expectRefusal`, and answers what came. */
export async function askOperation(
  world: NicWorld,
  name: EthtoolOperationName,
  values: Values = {},
  options: AskOptions = {},
): Promise<AskedRequest> {
  const ethtool = await world.ethtool();
  const {
    netDevice = world.port.netDevice,
    header = {},
    namesDevice = true,
    dumps = false,
    headless = false,
  } = options;
  const named = namesDevice ? { ETHTOOL_A_HEADER_DEV_NAME: netDevice, ...header } : header;
  const body = headless ? headlessBody(name) : ethtool.body(name, named, values);
  const flags = NLM_F_ACK | (dumps ? NLM_F_DUMP : 0);
  const exchange = await ethtool.generic.client.exchange(await ethtool.familyId(), flags, body);
  world.answer = answerOf(exchange);
  const replies = exchange.replies.map((reply) => ethtool.decode(name, reply));
  const request = { name, offsets: attributeOffsets(name, body), replies };
  asked(world).last = request;
  return request;
}

/** Generic netlink header alone. */
const headlessBody = (name: EthtoolOperationName): Uint8Array =>
  Uint8Array.of(ETHTOOL_OPERATIONS[name].command, 1, 0, 0);

function answerOf({ errors }: Exchange): NicWorld['answer'] {
  const refusal = errors.find(({ errno }) => errno !== 0);
  return refusal === undefined ? { ok: true, value: undefined } : { ok: false, error: refusal };
}

export function lastRequest(world: NicWorld): AskedRequest {
  const { last } = asked(world);
  expectThat(last !== undefined, 'nothing was asked of ethtool');
  return last;
}

/** The reply of the last request. */
export function lastReply(world: NicWorld): Values {
  if (world.answer !== undefined) accepted(world.answer, 'it');
  const [reply] = lastRequest(world).replies;
  expectThat(reply !== undefined, 'there is no reply');
  return reply;
}
