/** Requests of a socket that go out in batches on another thread. */
import { describe, expect, it } from 'vitest';
import { encodeBody } from '../../../reference-impl/netlink/client.js';
import { NETLINK_ROUTE, NLM_F_ACK, NLM_F_REQUEST, RTM_GETLINK } from '../../../reference-impl/netlink/constants.js';
import { IFINFOMSG } from '../../../reference-impl/netlink/families/rtnetlink.js';
import { encodeMessage, parseDatagram } from '../../../reference-impl/netlink/wire.js';
import { libc } from './libc.js';
import { LinuxNetlinkSocket } from './netlinkSocket.js';
import { NetNamespace } from './netNamespace.js';

function obstacle(): string | undefined {
  if (process.platform !== 'linux') return 'netlink is of Linux';
  try {
    libc();
    return undefined;
  } catch {
    return 'koffi cannot be loaded';
  }
}

const why = obstacle();
const LOOPBACK = 1;
const REQUESTS = 300;

const question = (sequence: number, padding = 0): Uint8Array =>
  encodeMessage(
    { type: RTM_GETLINK, flags: NLM_F_REQUEST | NLM_F_ACK, sequence, portId: 0 },
    encodeBody(IFINFOMSG, { ifi_index: LOOPBACK }, new Uint8Array(padding)),
  );

async function acknowledged(socket: LinuxNetlinkSocket, count: number): Promise<readonly number[]> {
  const sequences: number[] = [];
  while (sequences.length < count) {
    const datagram = await socket.receive({ withinMs: 5000 });
    if (datagram === null) break;
    for (const { type, sequence } of parseDatagram(datagram)) if (type === RTM_NEWLINK) sequences.push(sequence);
  }
  return sequences;
}

const RTM_NEWLINK = 16;

describe.skipIf(why !== undefined)(`requests that are sent aside${why === undefined ? '' : `: ${why}`}`, () => {
  const opened = (): LinuxNetlinkSocket =>
    new LinuxNetlinkSocket(NetNamespace.own(), NETLINK_ROUTE, undefined, { sendsAside: true });

  it('are answered in the order in which they were sent, however many gather', async () => {
    const socket = opened();
    const expected = Array.from({ length: REQUESTS }, (_, index) => index + 1);
    const sent = Promise.all(expected.map((sequence) => socket.send(question(sequence))));
    expect(await acknowledged(socket, REQUESTS)).toEqual(expected);
    await sent;
    await socket.close();
  });

  it.for([
    // netlink_sendmsg(): ENODATA, and EMSGSIZE.
    ['nothing in it', new Uint8Array(0)],
    ['more in it than a send buffer takes', question(3, 4 << 20)],
  ] as const)('are refused alone: one with %s', async ([, bad]) => {
    const socket = opened();
    const datagrams = [question(1), question(2), bad, question(4), question(5)];
    const results = await Promise.allSettled(datagrams.map((datagram) => socket.send(datagram)));
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual([true, true, false, true, true]);
    expect(await acknowledged(socket, 4)).toEqual([1, 2, 4, 5]);
    await socket.close();
  });

  it('are refused on a socket that is closed', async () => {
    const socket = opened();
    await socket.close();
    await expect(socket.send(question(1))).rejects.toThrow('EBADF');
  });

  it('are not sent any more once their socket is closed', async () => {
    const socket = opened();
    const sent = Promise.allSettled(Array.from({ length: REQUESTS }, (_, index) => socket.send(question(index + 1))));
    await socket.close();
    const states = (await sent).map(({ status }) => status);
    // The first was under way.
    expect(states.slice(1).every((status) => status === 'rejected')).toBe(true);
  });
});
