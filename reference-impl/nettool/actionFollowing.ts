/**
 * An action whose request is acknowledged when it begins: how it goes is told to the socket that asked, with sequence numbers that count up
 * from that of the request. Among the requests of a shared socket they would be taken for answers, so that it has a socket of its own.
 */
import { NLM_F_ACK, NLM_F_REQUEST, NLMSG_ERROR } from '../netlink/constants.js';
import { errnoName } from '../netlink/errnoNames.js';
import { decodeError } from '../netlink/extack.js';
import { encodeMessage, parseDatagram, type Message } from '../netlink/wire.js';
import type { ActionProgress, ActionRequest } from './actionSpec.js';
import { OperationTimeout } from './connection.js';
import type { NetlinkSocket } from './machine.js';
import { kernelRefusal, refused, type Outcome } from './refusal.js';
import type { NettoolSession } from './session.js';
import type { Wire } from './step.js';

const SEQUENCE = 1;
/** Between two looks at a socket of a model, whose time passes while it is waited for. */
const LISTEN_MS = 200;
const PAUSE_MS = 5;

type NetlinkWire = Extract<Wire, { kind: 'netlink' }>;

/** Resolves with all that was told, at its end. */
export async function followAction(
  session: NettoolSession,
  device: string,
  { follow }: ActionRequest,
  { protocol, type, body }: NetlinkWire,
  tell: (progress: ActionProgress) => void,
): Promise<Outcome<readonly ActionProgress[]>> {
  const socket = await session.machine.netlink(protocol);
  const limit = follow?.withinMs ?? 0;
  try {
    const header = { type, flags: NLM_F_REQUEST | NLM_F_ACK, sequence: SEQUENCE, portId: 0 };
    await socket.send(encodeMessage(header, body));
    const told: ActionProgress[] = [];
    for await (const message of messages(socket, limit)) {
      if (message.type === NLMSG_ERROR) {
        const error = decodeError(message);
        if (error.errno === 0) continue;
        const failure = { ...error, errnoName: errnoName(error.errno) };
        return refused(kernelRefusal(session.parts.explains(failure), { device }));
      }
      const progress = follow?.read(message);
      if (progress === undefined) continue;
      told.push(progress);
      tell(progress);
      const end = session.parts.endOf(progress, follow?.ends(progress));
      if (end === 'done') return { ok: true, value: told };
      if (end === 'failed') return refused({ stage: 'kernel', device, message: progress.message });
    }
    throw new OperationTimeout(`no end within ${limit} ms`);
  } finally {
    await socket.close();
  }
}

async function* messages(socket: NetlinkSocket, limitMs: number): AsyncGenerator<Message, void, undefined> {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    const datagram = await socket.receive({ withinMs: LISTEN_MS });
    if (datagram !== null) yield* parseDatagram(datagram);
    else await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
