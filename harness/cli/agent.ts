import type { AddressInfo } from 'node:net';
import type { Target } from '../contract/index.js';
import { servePort, serveTcp, thisMachine } from '../targets/agent/listen.js';
import { serveTarget } from '../targets/agent/serve.js';
import { openTarget } from '../targets/index.js';
import { nicspecVersion } from '../runner/project.js';
import { UsageError } from '../runner/usage.js';

export interface AgentFlags {
  readonly target: string;
  readonly seed: number;
  readonly listen?: number;
  readonly port?: string;
  readonly build?: string;
  readonly compiler: string;
}

const say = (text: string): void => void process.stderr.write(`nicspec agent: ${text}\n`);

/** `nicspec agent`: serves a target of this machine until the harness goes away, or the process is told to end. */
export async function agentCommand({ target: name, seed, listen, port, build, compiler }: AgentFlags): Promise<number> {
  if (build !== undefined) {
    const { buildNativeAgent } = await import('../targets/agent/nativeAgent.js');
    await buildNativeAgent(build, compiler);
    say(`${build} is made; start it with --dut and --peer, the ports that are cabled together`);
    return 0;
  }
  if (listen !== undefined && port !== undefined) throw new UsageError('--listen and --port exclude each other');
  const options = thisMachine(`nicspec ${nicspecVersion()}`);
  const open = (): Promise<Target> => openTarget(name, { seed });
  if (listen !== undefined) {
    // The first harness is not the one to find out that the target does not start.
    await (await open()).close();
    const server = await serveTcp(listen, open, options, say);
    say(`serving ${name} on 127.0.0.1:${(server.address() as AddressInfo).port}`);
    await told();
    server.close();
    return 0;
  }
  const target = await open();
  try {
    const served =
      port === undefined
        ? serveTarget(target, process.stdin, process.stdout, options)
        : servePort(port, target, options);
    const reason = await Promise.race([served, told()]);
    if (reason === null) return 0;
    say(reason);
    return 1;
  } finally {
    await target.close();
  }
}

/** Resolves at the first signal; the second one ends the process. */
function told(): Promise<null> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve(null)).once('SIGTERM', () => resolve(null));
  });
}
