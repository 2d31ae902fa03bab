/** `nicspec report serve`: a run as it goes, on a page of this machine. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createReadStream, statSync } from 'node:fs';
import { extname, join, resolve, sep } from 'node:path';
import type { AddressInfo } from 'node:net';
import type { RunRecord, ScenarioRecord } from '../../runner/records.js';
import { renderLivePage } from '../site/sitePage.js';
import type { LiveEvent, LiveScenario } from './liveEvents.js';
import { RecordTail } from './recordTail.js';

const LOOK_MS = 250;

export interface LiveServerOptions {
  /** Folder of the run; the run need not have begun. */
  readonly folder: string;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Writes the final report; answers its folder, which is served below `/report/`. */
  readonly finish: () => Promise<string>;
  /** A run came to its end, and its report is there. */
  readonly onEnd?: (report: string) => void;
}

export interface LiveServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the page, its events, and the report once there is one. Only GET, only what belongs to the run. */
export async function openLiveServer(options: LiveServerOptions): Promise<LiveServer> {
  const watch = new RunWatch(options);
  const server = createServer((request, response) => watch.answer(request, response));
  await listening(server, options);
  const { port } = server.address() as AddressInfo;
  const timer = setInterval(() => watch.look(), LOOK_MS);
  watch.look();
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}/`,
    close: async () => {
      clearInterval(timer);
      watch.close();
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

function listening(server: Server, { host, port }: LiveServerOptions): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      done();
    });
  });
}

class RunWatch {
  readonly #options: LiveServerOptions;
  readonly #tail: RecordTail;
  readonly #page = renderLivePage();
  /** Everything since the run began: a page that comes late reads it first. */
  #events: LiveEvent[] = [];
  #listeners = new Set<ServerResponse>();
  #report: string | null = null;
  #isFinishing = false;

  constructor(options: LiveServerOptions) {
    this.#options = options;
    this.#tail = new RecordTail(options.folder);
  }

  look(): void {
    const { isNew, records } = this.#tail.look();
    if (isNew) {
      this.#events = [];
      this.#report = null;
      this.#isFinishing = false;
    }
    for (const event of eventsOf(records)) this.#tell(event);
    const end = records.find((record) => record.kind === 'run-end');
    if (end !== undefined && !this.#isFinishing) {
      this.#isFinishing = true;
      void this.#finish(end.durationMs, end.stopped ?? null);
    }
  }

  async #finish(durationMs: number, stopped: string | null): Promise<void> {
    try {
      this.#report = await this.#options.finish();
      this.#tell({ kind: 'end', durationMs, stopped, report: 'report/index.html' });
      this.#options.onEnd?.(this.#report);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#tell({
        kind: 'end',
        durationMs,
        stopped: stopped ?? `the report could not be written: ${reason}`,
        report: '',
      });
      this.#options.onEnd?.('');
    }
  }

  #tell(event: LiveEvent): void {
    this.#events.push(event);
    for (const listener of this.#listeners) send(listener, event);
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '/', 'http://server');
    if (!isOfThisServer(request)) refuse(response, 421, 'this server answers for its own address only');
    else if (request.method !== 'GET' && request.method !== 'HEAD') refuse(response, 405, 'GET only');
    else if (pathname === '/') reply(response, 'text/html; charset=utf-8', this.#page);
    else if (pathname === '/events') this.#listen(response);
    else if (pathname.startsWith('/report/') && this.#report !== null)
      sendFile(response, this.#report, pathname.slice('/report/'.length));
    else refuse(response, 404, 'there is nothing of that name');
  }

  #listen(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', ...HEADERS });
    response.write('retry: 1000\n\n');
    for (const event of this.#events) send(response, event);
    this.#listeners.add(response);
    response.on('close', () => this.#listeners.delete(response));
  }

  close(): void {
    for (const listener of this.#listeners) listener.end();
    this.#listeners.clear();
  }
}

/** What a page of another site makes a browser ask for has that site's name, not this machine's (DNS rebinding). */
function isOfThisServer({ headers: { host = '' } }: IncomingMessage): boolean {
  const name = host.replace(/:\d+$/, '');
  return /^(localhost|\d+\.\d+\.\d+\.\d+|\[[0-9a-fA-F:.]+\])$/.test(name);
}

const HEADERS = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' } as const;

const send = (response: ServerResponse, event: LiveEvent): void =>
  void response.write(`data: ${JSON.stringify(event)}\n\n`);

function reply(response: ServerResponse, type: string, content: string): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', ...HEADERS });
  response.end(content);
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...HEADERS });
  response.end(`${text}\n`);
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.json': 'application/json',
  '.pcapng': 'application/octet-stream',
};

/** A file below the folder, and no other. */
function sendFile(response: ServerResponse, folder: string, name: string): void {
  let path: string;
  try {
    path = resolve(join(folder, decodeURIComponent(name)));
    if (!path.startsWith(resolve(folder) + sep) || !statSync(path).isFile()) throw new Error('not below the folder');
  } catch {
    refuse(response, 404, 'there is nothing of that name');
    return;
  }
  response.writeHead(200, {
    'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    'cache-control': 'no-store',
    ...HEADERS,
  });
  createReadStream(path).pipe(response);
}

function eventsOf(records: readonly RunRecord[]): LiveEvent[] {
  const events: LiveEvent[] = [];
  const scenarios: LiveScenario[] = [];
  for (const record of records) {
    if (record.kind === 'run-start') {
      const { target, profile, startedAt, seed, requirements } = record;
      const told = requirements.map(({ id, title, level, planned = 0 }) => ({ id, title, level, planned }));
      events.push({ kind: 'start', target, profile, startedAt, seed, requirements: told });
    } else if (record.kind === 'scenario' && record.probeOf.length === 0) scenarios.push(liveScenario(record));
  }
  if (scenarios.length > 0) events.push({ kind: 'scenarios', scenarios });
  return events;
}

function liveScenario({ id, name, requirements, outcome, reason, durationMs }: ScenarioRecord): LiveScenario {
  return { id, name, requirements, outcome, reason: reason.split('\n', 1)[0] ?? '', durationMs };
}
