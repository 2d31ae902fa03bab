/** The other end of the agent protocol: serves a Target over a byte stream. */
import type { Readable, Writable } from 'node:stream';
import {
  AGENT_OPERATIONS,
  AGENT_PROTOCOL_VERSION,
  ByteWriter,
  CONTRACT_VERSION,
  LONGEST_MESSAGE,
  MalformedMessage,
  STATUS_FAULT,
  STATUS_OK,
  decodeHello,
  decodeMessage,
  encodeHello,
  encodeMessage,
  type AgentHello,
  type AgentOperation,
  type ByteReader,
  type Target,
} from '../../contract/index.js';
import { ServedTarget } from './servedTarget.js';
import { MessageSplitter } from './messageSplitter.js';

/** Nothing more is read while so much waits to be written: the other end is slow. */
const MOST_UNWRITTEN = 4 << 20;

const NAMES = new Map<number, AgentOperation>(
  Object.entries(AGENT_OPERATIONS).map(([name, number]) => [number, name as AgentOperation]),
);

export interface ServeOptions {
  readonly software: string;
  readonly kernel: AgentHello['kernel'];
}

/**
 * Serves the target until the stream ends; the target stays open.
 * @returns why it ended: null where the harness went away, otherwise what was wrong with it.
 */
export function serveTarget(
  target: Target,
  input: Readable,
  output: Writable,
  options: ServeOptions,
): Promise<string | null> {
  const served = new ServedTarget(target);
  const splitter = new MessageSplitter(LONGEST_MESSAGE);
  return new Promise((resolve) => {
    const end = (reason: string | null): void => {
      input.pause();
      void served.closeAll().then(() => resolve(reason));
    };
    const answer = (call: number, status: number, payload: Uint8Array): void => {
      if (output.writableEnded || output.destroyed) return;
      output.write(encodeMessage(call, status, payload));
      if (output.writableLength <= MOST_UNWRITTEN || input.isPaused()) return;
      input.pause();
      output.once('drain', () => input.resume());
    };
    const run = async (call: number, code: number, payload: ByteReader): Promise<void> => {
      try {
        const name = NAMES.get(code);
        if (name === undefined) throw new MalformedMessage(`operation ${code}`);
        const writer = new ByteWriter();
        if (name === 'hello') writer.raw(answerHello(payload, options));
        else await served.run(name, payload, writer);
        answer(call, STATUS_OK, writer.finish());
      } catch (error) {
        answer(call, STATUS_FAULT, new ByteWriter().text(textOf(error)).finish());
      }
    };
    input.on('data', (chunk: Buffer) => {
      try {
        for (const bytes of splitter.split(chunk)) {
          const { call, code, payload } = decodeMessage(bytes);
          void run(call, code, payload);
        }
      } catch (error) {
        end(`this is no nicspec: ${textOf(error)}`);
      }
    });
    input.once('end', () => end(null));
    input.once('close', () => end(null));
    for (const stream of [input, output]) stream.on('error', () => end(null));
  });
}

/** @throws MalformedMessage for another version. */
function answerHello(payload: ByteReader, { software, kernel }: ServeOptions): Uint8Array {
  const { protocolVersion, contractVersion } = decodeHello(payload);
  if (protocolVersion !== AGENT_PROTOCOL_VERSION || contractVersion !== CONTRACT_VERSION) {
    throw new MalformedMessage(
      `this agent speaks protocol ${AGENT_PROTOCOL_VERSION} and contract ${CONTRACT_VERSION}, the harness ${protocolVersion} and ${contractVersion}: install the same version of nicspec on both machines`,
    );
  }
  return encodeHello(CONTRACT_VERSION, { software, kernel, bare: false });
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
