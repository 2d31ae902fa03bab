/** Whether a kernel has rules at net devices that send frames on: asked by making some, in a table that goes again. */
import { NETLINK_NETFILTER, NLM_F_ACK, NLM_F_CREATE, NLM_F_REQUEST } from '../../../reference-impl/netlink/constants.js';
import {
  NFTA_CHAIN,
  NFTA_RULE,
  NFTA_TABLE,
  NFT_MSG,
  nftType,
  type NftMessageName,
} from '../../../reference-impl/netlink/families/nftables.js';
import { NFTA_FWD, NFTA_IMMEDIATE } from '../../../reference-impl/netlink/families/nftablesExpressions.js';
import {
  NFNL_MSG_BATCH_BEGIN,
  NFNL_MSG_BATCH_END,
  NFNL_SUBSYS_NFTABLES,
} from '../../../reference-impl/netlink/families/nfnetlink.js';
import { NLMSG_ERROR } from '../../../reference-impl/netlink/constants.js';
import { decodeError } from '../../../reference-impl/netlink/extack.js';
import { errnoName } from '../../../reference-impl/netlink/errnoNames.js';
import { encodeAttributes, type AttributeSet, type Values } from '../../../reference-impl/netlink/schema.js';
import { encodeDatagram, encodeMessage, parseDatagram } from '../../../reference-impl/netlink/wire.js';
import { concat } from '../../../reference-impl/packet/bytes.js';
import type { CapabilityAnswer, CapabilityAnswers, NetlinkProtocol, NetlinkSocket } from '../../contract/index.js';

const PRESENT: CapabilityAnswer = { present: true };
const absent = (reason: string): CapabilityAnswer => ({ present: false, reason });

const NFPROTO_NETDEV = 5;
const TABLE = 'probenft';
const CHAIN = 'probe';
const NFT_REG_1 = 1;
const HOST_NUMBER = Uint8Array.of(1, 0, 0, 0);

export async function askNetfilter(
  open: (protocol: NetlinkProtocol) => Promise<NetlinkSocket>,
  netDevice: string | undefined,
  bridging: CapabilityAnswers,
): Promise<CapabilityAnswers> {
  const forwarded =
    bridging['switchdev']?.present === true
      ? absent('Hardware forwards between these ports: the kernel does not see the frames.')
      : PRESENT;
  if (netDevice === undefined) return { 'nft-frames': absent('There is no port to put rules at.'), 'nft-forwarded': forwarded };
  return { 'nft-frames': await rulesAnswer(open, netDevice), 'nft-forwarded': forwarded };
}

async function rulesAnswer(
  open: (protocol: NetlinkProtocol) => Promise<NetlinkSocket>,
  netDevice: string,
): Promise<CapabilityAnswer> {
  const socket = await open(NETLINK_NETFILTER);
  try {
    const refused = await commit(socket, [
      request('NEWTABLE', NFTA_TABLE, { NFTA_TABLE_NAME: TABLE }),
      request('NEWCHAIN', NFTA_CHAIN, chainOn(netDevice)),
      request('NEWRULE', NFTA_RULE, RULE),
      // All in one transaction: what was made for the question is gone before anybody sees it.
      request('DELTABLE', NFTA_TABLE, { NFTA_TABLE_NAME: TABLE }),
    ]);
    return refused === undefined ? PRESENT : absent(`A rule that sends frames on is refused: ${refused}.`);
  } finally {
    await socket.close();
  }
}

const chainOn = (netDevice: string): Values => ({
  NFTA_CHAIN_TABLE: TABLE,
  NFTA_CHAIN_NAME: CHAIN,
  NFTA_CHAIN_HOOK: { NFTA_HOOK_HOOKNUM: 0, NFTA_HOOK_PRIORITY: 0, NFTA_HOOK_DEV: netDevice },
  NFTA_CHAIN_TYPE: 'filter',
});

const dataOf = (set: AttributeSet, values: Values): Uint8Array => encodeAttributes(set, values);
const RULE: Values = {
  NFTA_RULE_TABLE: TABLE,
  NFTA_RULE_CHAIN: CHAIN,
  NFTA_RULE_EXPRESSIONS: {
    NFTA_LIST_ELEM: [
      {
        NFTA_EXPR_NAME: 'immediate',
        NFTA_EXPR_DATA: dataOf(NFTA_IMMEDIATE, {
          NFTA_IMMEDIATE_DREG: NFT_REG_1,
          NFTA_IMMEDIATE_DATA: { NFTA_DATA_VALUE: HOST_NUMBER },
        }),
      },
      { NFTA_EXPR_NAME: 'fwd', NFTA_EXPR_DATA: dataOf(NFTA_FWD, { NFTA_FWD_SREG_DEV: NFT_REG_1 }) },
    ],
  },
};

interface Request {
  readonly type: number;
  readonly body: Uint8Array;
}

const nfgenmsg = (family: number, resource = 0): Uint8Array => Uint8Array.of(family, 0, resource >> 8, resource);

const request = (name: NftMessageName & keyof typeof NFT_MSG, set: AttributeSet, values: Values): Request => ({
  type: nftType(name),
  body: concat(nfgenmsg(NFPROTO_NETDEV), encodeAttributes(set, values)),
});

/** One transaction; answers why it was refused. */
async function commit(socket: NetlinkSocket, requests: readonly Request[]): Promise<string | undefined> {
  let sequence = 1;
  const batch = nfgenmsg(0, NFNL_SUBSYS_NFTABLES);
  const message = (type: number, flags: number, body: Uint8Array): Uint8Array =>
    encodeMessage({ type, flags: flags | NLM_F_REQUEST, sequence: sequence++, portId: 0 }, body);
  await socket.send(
    encodeDatagram([
      message(NFNL_MSG_BATCH_BEGIN, 0, batch),
      ...requests.map(({ type, body }) => message(type, NLM_F_ACK | NLM_F_CREATE, body)),
      message(NFNL_MSG_BATCH_END, 0, batch),
    ]),
  );
  for (let answers = 0; answers < requests.length;) {
    const received = await socket.receive();
    if (received === null) return 'nobody answers';
    for (const answer of parseDatagram(received)) {
      if (answer.type !== NLMSG_ERROR) continue;
      const { errno } = decodeError(answer);
      if (errno !== 0) return errnoName(errno);
      answers++;
    }
  }
  return undefined;
}
