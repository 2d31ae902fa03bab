/** Targets on other machines, or in other processes, through an agent. @module */
import { connect, type Socket } from 'node:net';
import { TargetFault, type NetDeviceName, type Target } from '../../contract/index.js';
import { UsageError } from '../../runner/usage.js';
import { AgentTarget } from './agentTarget.js';
import { AgentChannels } from './channels.js';
import { AgentConnection } from './connection.js';
import { startAgentProcess } from './agentProcess.js';

export { AgentChannels } from './channels.js';
export { AgentConnection } from './connection.js';
export { serveTarget } from './serve.js';

const CONNECT_MS = 10_000;

/**
 * `rest` is what follows `agent:`: a command, or `tcp:HOST:PORT`.
 * @throws UsageError if it is neither; TargetFault if no agent of this version answers.
 */
export async function openAgentTarget(rest: string): Promise<Target> {
  const name = `agent:${rest}`;
  const agent = rest.startsWith('tcp:')
    ? await connectTcp(name, rest.slice('tcp:'.length))
    : await startAgentProcess(name, rest);
  try {
    return closingWith(await targetOver(name, agent.connection), () => agent.close());
  } catch (error) {
    await agent.close();
    throw error;
  }
}

async function targetOver(name: string, connection: AgentConnection): Promise<Target> {
  const { bare, dut, peer } = connection.hello;
  if (!bare) return new AgentTarget(name, connection);
  if (dut === undefined || peer === undefined) {
    throw new TargetFault(
      `${name} is a bare agent: start it with --dut and --peer, the two ports that are cabled together`,
    );
  }
  const { openCabledTarget } = await import('../driver/cabled.js');
  return openCabledTarget({
    name,
    channels: new AgentChannels(connection),
    dut: dut as NetDeviceName,
    peer: peer as NetDeviceName,
    vendor: 'unknown',
    model: dut,
  });
}

/** Closing the target closes what carries it, too. */
function closingWith(target: Target, close: () => Promise<void>): Target {
  const closeTarget = target.close.bind(target);
  target.close = async () => {
    await closeTarget();
    await close();
  };
  return target;
}

async function connectTcp(
  name: string,
  address: string,
): Promise<{ readonly connection: AgentConnection; close(): Promise<void> }> {
  const [, host, port] = /^(.+):(\d+)$/.exec(address) ?? [];
  if (host === undefined || Number(port) > 65535)
    throw new UsageError(`"${name}" names no port; write agent:tcp:HOST:PORT`);
  const socket = await connected(name, host.replace(/^\[(.*)\]$/, '$1'), Number(port));
  const connection = await AgentConnection.open(socket, socket, { name });
  return { connection, close: async () => connection.close() };
}

function connected(name: string, host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    const timer = setTimeout(() => socket.destroy(new Error('no answer within 10 s')), CONNECT_MS);
    const refuse = (error: Error): void => {
      clearTimeout(timer);
      reject(new TargetFault(`${name} cannot be reached: ${error.message}`, { cause: error }));
    };
    socket.once('error', refuse);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', refuse);
      resolve(socket);
    });
  });
}
