/** NETLINK_NETFILTER: batches, queries, and what is told of changes (nfnetlink.c, nf_tables_api.c). */
import { NETLINK_NETFILTER, NLM_F_ECHO } from '../../../netlink/constants.js';
import { NFNLGRP_MAX, NFNLGRP_NFTABLES, NFNLGRP_NFTRACE } from '../../../netlink/families/nfnetlink.js';
import type { NetlinkBody } from '../../../netlink/operations.js';
import type { NetlinkKernel } from '../../../netlink/server.js';
import { align, NLMSG_HDRLEN, type Message } from '../../../netlink/wire.js';
import type { NftAnnouncement } from './announcement.js';
import type { NetfilterControlParts } from './parts.js';
import { readBatch, runBatch } from './batch.js';
import { objectBody } from './dataMessages.js';
import { generationBody } from './messages.js';
import type { NetfilterKernel } from './netfilterKernel.js';
import { nftOperations, tellingOf } from './queries.js';
import { traceBody } from './traceMessage.js';
import type { Transaction } from './transaction.js';

/** NLMSG_GOODSIZE, where a page has 4096 bytes. */
const NLMSG_GOODSIZE = 3776;

export function registerNetfilter(netfilter: NetfilterKernel, netlink: NetlinkKernel): void {
  for (const operation of nftOperations(() => netfilter.listed)) netlink.register(NETLINK_NETFILTER, operation);
  netlink.limitGroups(NETLINK_NETFILTER, NFNLGRP_MAX);
  netlink.onRelease(({ protocol, portId }) => {
    if (protocol === NETLINK_NETFILTER) netfilter.release(portId);
  });
  netfilter.news = {
    depleted: (table, object) => {
      const told = objectBody(tellingOf(netfilter.listed), table, object);
      netlink.notify(NETLINK_NETFILTER, NFNLGRP_NFTABLES, told);
    },
    hasTraceListeners: () => netlink.hasListeners(NETLINK_NETFILTER, NFNLGRP_NFTRACE),
    traced: (step) => netlink.notify(NETLINK_NETFILTER, NFNLGRP_NFTRACE, traceBody(step)),
  };
  netlink.registerDatagrams(NETLINK_NETFILTER, (socket, datagram) => {
    const begin = readBatch(datagram);
    if (begin === undefined) return undefined;
    const { answers, first, committed, attempted } = runBatch(netfilter.surroundings, datagram, begin, socket.portId);
    const { parts } = netfilter.listed;
    if (committed !== undefined) announceAll(netfilter, netlink, committed, first, socket.portId);
    else if (attempted !== undefined && !parts.checks('announces-commits-alone'))
      tell(netlink, socket.portId, attempted.changes, netfilter.ruleset.generation, parts);
    return answers;
  });
}

/** The commit; what it changed is told, then the generation (nf_tables_gen_notify()). */
function announceAll(
  netfilter: NetfilterKernel,
  netlink: NetlinkKernel,
  transaction: Transaction,
  first: Message,
  portId: number,
): void {
  const generation = netfilter.commit(transaction);
  if (transaction.changes.length === 0) return;
  const { parts } = netfilter.listed;
  const tellsLast = parts.checks('generation-last');
  if (tellsLast) tell(netlink, portId, transaction.changes, generation, parts);
  const echo = (first.flags & NLM_F_ECHO) !== 0;
  const body = generationBody({ ...netfilter.listed, generation }, portId);
  netlink.notify(NETLINK_NETFILTER, NFNLGRP_NFTABLES, body, { portId, sequence: first.sequence, echo });
  if (!tellsLast) tell(netlink, portId, transaction.changes, generation, parts);
}

/** nft_commit_notify(): several messages share a datagram, as many as there is room for. */
function tell(
  netlink: NetlinkKernel,
  portId: number,
  changes: readonly NftAnnouncement[],
  generation: number,
  parts: NetfilterControlParts,
): void {
  const isHeard = (echo: boolean): boolean => echo || netlink.hasListeners(NETLINK_NETFILTER, NFNLGRP_NFTABLES);
  let batch: { echo: boolean; bodies: NetlinkBody[]; room: number } | undefined;
  const send = (): void => {
    if (batch === undefined) return;
    netlink.notify(NETLINK_NETFILTER, NFNLGRP_NFTABLES, batch.bodies, { portId, sequence: 0, echo: batch.echo });
    batch = undefined;
  };
  for (const { echo, sequence, write } of changes) {
    if (!isHeard(echo)) continue;
    const body = { ...write(generation), sequence };
    if (!parts.announces(body.type)) continue;
    const length = align(NLMSG_HDRLEN + body.body.length);
    if (batch !== undefined && (batch.echo !== echo || (batch.room -= length) <= 0)) send();
    if (batch === undefined) batch = { echo, bodies: [body], room: NLMSG_GOODSIZE - length };
    else batch.bodies.push(body);
  }
  send();
}
