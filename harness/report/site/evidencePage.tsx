/** The evidence of one scenario on a page: its frames, dissected, and its netlink conversation. It needs no script to be read. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { VNode } from 'preact';
import {
  messageTrees,
  nodeAt,
  type MessageNode,
  type MessageTree,
} from '../../../reference-impl/netlink/messageTree.js';
import { hex, readU16 } from '../../../reference-impl/packet/bytes.js';
import { dissect } from '../../../reference-impl/packet/dissect.js';
import { familiesIn } from '../../evidence/familyNotes.js';
import { NETLINK_COOKED_HEADER } from '../../evidence/netlinkCapture.js';
import type { Capture, CapturePacket } from '../../evidence/pcapng.js';
import { readPcapng } from '../../evidence/readPcapng.js';
import { renderDocument } from '../../site/document.js';
import { Verdict } from '../../site/verdict.js';
import { count, filePath, formatNumber } from '../../site/words.js';
import type { ScenarioResult } from '../../runner/results.js';
import { FRAME_SCRIPT, FrameView } from './frameView.js';
import type { SourceRun } from './siteData.js';
import { SITE_STYLE } from './siteStyle.js';

/** More of a case are in the capture alone. */
const MOST_FRAMES = 60;
const MOST_DATAGRAMS = 400;
/** A file beyond it is no evidence that a page can show. */
const MOST_BYTES = 16 << 20;

interface EvidencePageProps {
  readonly run: SourceRun;
  /** Of the run, on this machine. */
  readonly folder: string;
  readonly scenario: ScenarioResult;
  /** From the page up to the folder of the site. */
  readonly up: string;
}

export function renderEvidencePage({ run, folder, scenario, up }: EvidencePageProps): string {
  const [requirement = ''] = scenario.requirements;
  const { mismatch } = scenario;
  return renderDocument({
    title: `${requirement} on ${run.results.target}: evidence – nicspec`,
    style: SITE_STYLE,
    script: FRAME_SCRIPT,
    content: (
      <>
        <header class="site-bar">
          <nav aria-label="Site">
            <span class="site-name">nicspec</span>
            <a href={`${up}index.html#/`}>Overview</a>
            <a href={`${up}index.html#/requirement/${encodeURIComponent(requirement)}`}>{requirement}</a>
          </nav>
        </header>
        <main id="content">
          <p class="kicker">
            Evidence of {run.results.target}, {run.name}
          </p>
          <h1>{scenario.name}</h1>
          <p class="identity">
            <Verdict outcome={scenario.outcome} />
            <br />
            {scenario.feature}, {scenario.uri}:{scenario.line}
          </p>
          <pre class="block">{scenario.reason}</pre>
          {mismatch === null ? null : (
            <>
              <h2>Expected and got: {mismatch.title}</h2>
              <FrameView expected={mismatch.expected} got={mismatch.actual} />
            </>
          )}
          <Frames file={evidenceFile(folder, scenario, 'frames.pcapng')} />
          <Conversation folder={folder} scenario={scenario} />
          <Downloads run={run} scenario={scenario} up={up} />
        </main>
        <footer class="foot" />
      </>
    ),
  });
}

/** The bytes of a piece of evidence; a message where they cannot be read; null where the run has none. A path that leads out of the run's folder is none. */
function evidenceFile(folder: string, { evidence }: ScenarioResult, name: string): Uint8Array | string | null {
  const path = evidence.find((one) => one.split('/').at(-1) === name);
  if (path === undefined) return null;
  const file = resolve(join(folder, path));
  if (!file.startsWith(resolve(folder) + sep)) return `${path} is not below the folder of the run`;
  if (!existsSync(file)) return `${path} is not there`;
  if (!statSync(file).isFile() || statSync(file).size > MOST_BYTES) return `${path} is too large to be shown`;
  return readFileSync(file);
}

function captureOf(file: Uint8Array): Capture | string {
  try {
    return readPcapng(file);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function Frames({ file }: { readonly file: Uint8Array | string | null }): VNode | null {
  if (file === null) return null;
  const capture = typeof file === 'string' ? file : captureOf(file);
  if (typeof capture === 'string')
    return (
      <section>
        <h2>Frames</h2>
        <p class="reason">{capture}</p>
      </section>
    );
  const { packets, interfaces } = capture;
  const start = packets[0]?.timeNs ?? 0n;
  return (
    <section>
      <h2>{packets.length === 0 ? 'No frame was seen' : `The ${count(packets.length, 'frame')} of the case`}</h2>
      <ol class="packets">
        {packets.slice(0, MOST_FRAMES).map((packet, place) => (
          <Packet packet={packet} place={place} start={start} end={interfaces[packet.interface]?.name ?? ''} />
        ))}
      </ol>
      {packets.length > MOST_FRAMES ? (
        <p class="muted">And {formatNumber(packets.length - MOST_FRAMES)} more, in the capture.</p>
      ) : null}
    </section>
  );
}

interface PacketProps {
  readonly packet: CapturePacket;
  readonly place: number;
  readonly start: bigint;
  readonly end: string;
}

function Packet({ packet, place, start, end }: PacketProps): VNode {
  const { bytes, direction, timeNs, comment } = packet;
  const kinds = dissect(bytes).layers.map(({ kind }) => kind);
  return (
    <li id={`frame-${place + 1}`}>
      <details open={comment !== undefined}>
        <summary>
          <span class="chevron" /> {place + 1}. {end} {direction === 'outbound' ? 'sent' : 'received'}{' '}
          {count(bytes.length, 'byte')}{' '}
          <span class="muted">
            {sinceStart(timeNs - start)}, {kinds.join(', ')}
          </span>
        </summary>
        {comment === undefined ? null : <pre class="block">{comment}</pre>}
        <FrameView expected={null} got={hex(bytes)} isPlain />
      </details>
    </li>
  );
}

const sinceStart = (ns: bigint): string => `+${(Number(ns) / 1e6).toFixed(3)} ms`;

function Conversation({
  folder,
  scenario,
}: {
  readonly folder: string;
  readonly scenario: ScenarioResult;
}): VNode | null {
  const capture = evidenceFile(folder, scenario, 'netlink.pcapng');
  if (capture !== null) {
    const read = typeof capture === 'string' ? capture : captureOf(capture);
    return typeof read === 'string' ? <Section text={read} /> : <Datagrams capture={read} />;
  }
  const text = evidenceFile(folder, scenario, 'netlink.txt');
  if (text === null) return null;
  return typeof text === 'string' ? <Section text={text} /> : <Transcript text={new TextDecoder().decode(text)} />;
}

const Section = ({ text }: { readonly text: string }): VNode => (
  <section>
    <h2>Netlink</h2>
    <p class="reason">{text}</p>
  </section>
);

interface Datagram {
  readonly packet: CapturePacket;
  readonly trees: readonly MessageTree[];
}

function Datagrams({ capture }: { readonly capture: Capture }): VNode {
  const families = familiesIn(capture.comment ?? '');
  const { packets } = capture;
  const start = packets[0]?.timeNs ?? 0n;
  const datagrams = packets.slice(0, MOST_DATAGRAMS).map((packet): Datagram => {
    const protocol =
      packet.bytes.length < NETLINK_COOKED_HEADER ? -1 : readU16(packet.bytes, NETLINK_COOKED_HEADER - 2);
    const content = packet.bytes.subarray(NETLINK_COOKED_HEADER);
    return { packet, trees: messageTrees(protocol, content, families, packet.direction === 'outbound') };
  });
  const refused = refusedOffsets(datagrams);
  return (
    <section>
      <h2>The netlink conversation: {count(packets.length, 'datagram')}</h2>
      <ol class="messages">
        {datagrams.map(({ packet, trees }, place) => (
          <li id={`datagram-${place + 1}`}>
            <span class="way">
              {packet.direction === 'outbound' ? '→ to the kernel' : '← from the kernel'},{' '}
              {sinceStart(packet.timeNs - start)}, {count(packet.bytes.length - NETLINK_COOKED_HEADER, 'byte')}
            </span>
            {trees.length === 0 ? <p class="muted">no netlink message</p> : null}
            {trees.map((tree) => (
              <Message tree={tree} refused={packet.direction === 'outbound' ? refused.get(tree.sequence) : undefined} />
            ))}
          </li>
        ))}
      </ol>
      {packets.length > MOST_DATAGRAMS ? <p class="muted">The rest is in netlink.pcapng.</p> : null}
    </section>
  );
}

/** By sequence number: the place in the request that an answer refused. */
function refusedOffsets(datagrams: readonly Datagram[]): ReadonlyMap<number, number> {
  return new Map(
    datagrams.flatMap(({ packet, trees }) =>
      packet.direction === 'outbound'
        ? []
        : trees.flatMap(({ sequence, refusal }): [number, number][] =>
            refusal?.offset === undefined ? [] : [[sequence, refusal.offset]],
          ),
    ),
  );
}

function Message({ tree, refused }: { readonly tree: MessageTree; readonly refused: number | undefined }): VNode {
  const { name, text, nodes, refusal } = tree;
  const culprit = refused === undefined ? undefined : nodeAt(nodes, refused);
  const isRefusal = refusal !== null && refusal.errno !== '';
  return (
    <details class="attribute" open={refused !== undefined || isRefusal || nodes.length <= 12}>
      <summary>
        {nodes.length === 0 ? null : <span class="chevron" />} <b>{name}</b> <span class="attribute-value">{text}</span>
        {refusal === null ? null : <> {isRefusal ? <span class="refused">{refusal.errno}</span> : 'acknowledged'}</>}
      </summary>
      {refusal?.message === undefined ? null : <div>“{refusal.message}”</div>}
      {refusal?.offset === undefined ? null : <div>refuses byte {refusal.offset} of the request</div>}
      {nodes.map((node) => (
        <Attribute node={node} culprit={culprit} />
      ))}
      {refused !== undefined && culprit === undefined ? <div class="refused">refused at byte {refused}</div> : null}
    </details>
  );
}

function Attribute({
  node,
  culprit,
}: {
  readonly node: MessageNode;
  readonly culprit: MessageNode | undefined;
}): VNode {
  const { name, text, offset, length, children } = node;
  const title = `bytes ${offset} to ${offset + length - 1}`;
  const label =
    node === culprit ? (
      <mark class="refused">
        {name} (refused, byte {offset})
      </mark>
    ) : (
      name
    );
  if (children.length === 0)
    return (
      <div class="attribute" title={title}>
        {label} <span class="attribute-value">{text}</span>
      </div>
    );
  return (
    <details class="attribute" open title={title}>
      <summary>
        <span class="chevron" /> {label} <span class="attribute-value">{count(children.length, 'attribute')}</span>
      </summary>
      {children.map((child) => (
        <Attribute node={child} culprit={culprit} />
      ))}
    </details>
  );
}

/** netlink.txt of a run that had no capture of netlink yet: its indentation is its tree. */
function Transcript({ text }: { readonly text: string }): VNode {
  const blocks = text.split(/\n(?=[+-]\d)/).slice(0, MOST_DATAGRAMS);
  return (
    <section>
      <h2>The netlink conversation</h2>
      <ol class="messages">
        {blocks.map((block) => {
          const [head = '', ...lines] = block.trimEnd().split('\n');
          if (lines.length === 0)
            return (
              <li>
                <p class="muted">{head}</p>
              </li>
            );
          return (
            <li>
              <details open>
                <summary class="way">
                  <span class="chevron" /> {head}
                </summary>
                <pre>{lines.join('\n')}</pre>
              </details>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Downloads({
  run,
  scenario,
  up,
}: {
  readonly run: SourceRun;
  readonly scenario: ScenarioResult;
  readonly up: string;
}): VNode | null {
  const { folder } = run;
  if (folder === null) return null;
  return (
    <section>
      <h2>Files</h2>
      <ul class="plain">
        {scenario.evidence.map((path) => (
          <li>
            <a class="text" href={`${up}${folder}${filePath(path).slice(2)}`} download>
              {path.split('/').at(-1)}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
