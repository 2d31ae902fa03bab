/** Whether a kernel has rules at net devices that send frames on: asked by making some, in a table that goes again. */
import {
  NETLINK_NETFILTER,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_REQUEST,
} from '../../../reference-impl/netlink/constants.js';
import {
  NFTA_CHAIN,
  NFTA_RULE,
  NFTA_TABLE,
  nftType,
  type NftMessageName,
} from '../../../reference-impl/netlink/families/nftables.js';
import {
  NFTA_FWD,
  NFTA_IMMEDIATE,
  NFTA_META,
  NFTA_REJECT,
  NFT_META,
  NFT_REJECT_TCP_RST,
} from '../../../reference-impl/netlink/families/nftablesExpressions.js';
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
const NFPROTO_BRIDGE = 7;
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
  const questions =
    netDevice === undefined ? [] : [forwardQuestion(netDevice), rejectQuestion(netDevice), BRIDGE_QUESTION];
  if (netDevice === undefined) {
    const none = absent('There is no port to put rules at.');
    return { 'nft-frames': none, 'nft-meta-bridge': none, 'nft-reject-netdev': none, 'nft-forwarded': forwarded };
  }
  const answers: Record<string, CapabilityAnswer> = { 'nft-forwarded': forwarded };
  for (const question of questions) answers[question.name] = await answerTo(open, question);
  return answers;
}

/** A rule that a kernel takes, or does not. */
interface Question {
  readonly name: string;
  readonly family: number;
  readonly chain: Values;
  readonly expressions: readonly Values[];
}

async function answerTo(
  open: (protocol: NetlinkProtocol) => Promise<NetlinkSocket>,
  { family, chain, expressions }: Question,
): Promise<CapabilityAnswer> {
  const socket = await open(NETLINK_NETFILTER);
  const place = { NFTA_CHAIN_TABLE: TABLE, NFTA_CHAIN_NAME: CHAIN };
  const rule = { NFTA_RULE_TABLE: TABLE, NFTA_RULE_CHAIN: CHAIN };
  try {
    const refused = await commit(socket, [
      request('NEWTABLE', family, NFTA_TABLE, { NFTA_TABLE_NAME: TABLE }),
      request('NEWCHAIN', family, NFTA_CHAIN, { ...place, ...chain }),
      request('NEWRULE', family, NFTA_RULE, { ...rule, NFTA_RULE_EXPRESSIONS: { NFTA_LIST_ELEM: [...expressions] } }),
      // All in one transaction: what was made for the question is gone before anybody sees it.
      request('DELTABLE', family, NFTA_TABLE, { NFTA_TABLE_NAME: TABLE }),
    ]);
    return refused === undefined ? PRESENT : absent(`The rule that was tried is refused: ${refused}.`);
  } finally {
    await socket.close();
  }
}

const chainAt = (device: Values): Values => ({
  NFTA_CHAIN_HOOK: { NFTA_HOOK_HOOKNUM: 0, NFTA_HOOK_PRIORITY: 0, ...device },
  NFTA_CHAIN_TYPE: 'filter',
});

const forwardQuestion = (netDevice: string): Question => ({
  name: 'nft-frames',
  family: NFPROTO_NETDEV,
  chain: chainAt({ NFTA_HOOK_DEV: netDevice }),
  expressions: [
    {
      NFTA_EXPR_NAME: 'immediate',
      NFTA_EXPR_DATA: encodeAttributes(NFTA_IMMEDIATE, {
        NFTA_IMMEDIATE_DREG: NFT_REG_1,
        NFTA_IMMEDIATE_DATA: { NFTA_DATA_VALUE: HOST_NUMBER },
      }),
    },
    { NFTA_EXPR_NAME: 'fwd', NFTA_EXPR_DATA: encodeAttributes(NFTA_FWD, { NFTA_FWD_SREG_DEV: NFT_REG_1 }) },
  ],
});

const rejectQuestion = (netDevice: string): Question => ({
  name: 'nft-reject-netdev',
  family: NFPROTO_NETDEV,
  chain: chainAt({ NFTA_HOOK_DEV: netDevice }),
  expressions: [
    {
      NFTA_EXPR_NAME: 'reject',
      NFTA_EXPR_DATA: encodeAttributes(NFTA_REJECT, { NFTA_REJECT_TYPE: NFT_REJECT_TCP_RST }),
    },
  ],
});

const BRIDGE_QUESTION: Question = {
  name: 'nft-meta-bridge',
  family: NFPROTO_BRIDGE,
  chain: chainAt({}),
  expressions: [
    {
      NFTA_EXPR_NAME: 'meta',
      NFTA_EXPR_DATA: encodeAttributes(NFTA_META, {
        NFTA_META_KEY: NFT_META.BRI_IIFNAME,
        NFTA_META_DREG: NFT_REG_1,
      }),
    },
  ],
};

interface Request {
  readonly type: number;
  readonly body: Uint8Array;
}

const nfgenmsg = (family: number, resource = 0): Uint8Array => Uint8Array.of(family, 0, resource >> 8, resource);

const request = (name: NftMessageName, family: number, set: AttributeSet, values: Values): Request => ({
  type: nftType(name),
  body: concat(nfgenmsg(family), encodeAttributes(set, values)),
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
