/** NETLINK_NETFILTER: batches, queries, and what is told of changes (nfnetlink.c, nf_tables_api.c). */
import { NETLINK_NETFILTER, NLM_F_ECHO } from '../../../netlink/constants.js';
import { NFNLGRP_MAX, NFNLGRP_NFTABLES } from '../../../netlink/families/nfnetlink.js';
import type { NetlinkBody } from '../../../netlink/operations.js';
import type { Cause, NetlinkKernel } from '../../../netlink/server.js';
import { align, NLMSG_HDRLEN, type Message } from '../../../netlink/wire.js';
import { readBatch, runBatch } from './batch.js';
import { generationBody } from './messages.js';
import type { NetfilterKernel } from './netfilterKernel.js';
import { nftOperations } from './queries.js';
import type { Transaction } from './transaction.js';

/** NLMSG_GOODSIZE, where a page has 4096 bytes. */
const NLMSG_GOODSIZE = 3776;

export function registerNetfilter(netfilter: NetfilterKernel, netlink: NetlinkKernel): void {
  for (const operation of nftOperations(() => netfilter.listed)) netlink.register(NETLINK_NETFILTER, operation);
  netlink.limitGroups(NETLINK_NETFILTER, NFNLGRP_MAX);
  netlink.onRelease(({ protocol, portId }) => {
    if (protocol === NETLINK_NETFILTER) netfilter.release(portId);
  });
  netlink.registerDatagrams(NETLINK_NETFILTER, (socket, datagram) => {
    const begin = readBatch(datagram);
    if (begin === undefined) return undefined;
    const { answers, first, committed } = runBatch(netfilter.surroundings, datagram, begin, socket.portId);
    if (committed !== undefined) announceAll(netfilter, netlink, committed, first, socket.portId);
    return answers;
  });
}

/** nft_commit_notify(), then nf_tables_gen_notify(). */
function announceAll(
  netfilter: NetfilterKernel,
  netlink: NetlinkKernel,
  transaction: Transaction,
  first: Message,
  portId: number,
): void {
  const generation = netfilter.commit(transaction);
  if (transaction.changes.length === 0) return;
  const telling = { ...netfilter.listed, generation };
  const isHeard = (echo: boolean): boolean => echo || netlink.hasListeners(NETLINK_NETFILTER, NFNLGRP_NFTABLES);
  const cause = (sequence: number, echo: boolean): Cause => ({ portId, sequence, echo });
  let batch: { echo: boolean; bodies: NetlinkBody[]; room: number } | undefined;
  const send = (): void => {
    if (batch === undefined) return;
    netlink.notify(NETLINK_NETFILTER, NFNLGRP_NFTABLES, batch.bodies, cause(0, batch.echo));
    batch = undefined;
  };
  for (const { echo, sequence, write } of transaction.changes) {
    if (!isHeard(echo)) continue;
    const body = { ...write(generation), sequence };
    const length = align(NLMSG_HDRLEN + body.body.length);
    if (batch !== undefined && (batch.echo !== echo || (batch.room -= length) <= 0)) send();
    if (batch === undefined) batch = { echo, bodies: [body], room: NLMSG_GOODSIZE - length };
    else batch.bodies.push(body);
  }
  send();
  const echo = (first.flags & NLM_F_ECHO) !== 0;
  netlink.notify(NETLINK_NETFILTER, NFNLGRP_NFTABLES, generationBody(telling, portId), cause(first.sequence, echo));
}
