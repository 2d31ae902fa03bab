/** Runs with evidence on disk, for the tests of the report site. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IFINFOMSG, LINK } from '../../../reference-impl/netlink/families/rtnetlink.js';
import { encodeAcknowledgement } from '../../../reference-impl/netlink/extack.js';
import { encodeAttributes, structLength } from '../../../reference-impl/netlink/schema.js';
import { encodeMessage, parseDatagram } from '../../../reference-impl/netlink/wire.js';
import { concat, fromHex } from '../../../reference-impl/packet/bytes.js';
import { writeEvidence } from '../../evidence/index.js';
import type { Results } from '../../runner/results.js';
import { exampleResults } from '../page/page.fixture.js';

/** As `exampleResults`, with another name and time, and verdicts that changed since. */
export function laterResults(requirements: number, target: string, startedAt: string): Results {
  const results = exampleResults(requirements);
  return { ...results, target, startedAt, summary: { ...results.summary, durationMs: 2500 } };
}

/** An MTU set inside a link, which the kernel refuses at its attribute. */
function refusedConversation(): readonly { readonly direction: 'sent' | 'received'; readonly bytes: Uint8Array }[] {
  const body = concat(
    new Uint8Array(structLength(IFINFOMSG)),
    encodeAttributes(LINK, { IFLA_IFNAME: 'eth0', IFLA_MTU: 9000, IFLA_LINKINFO: { IFLA_INFO_KIND: 'vlan' } }),
  );
  const request = encodeMessage({ type: 19, flags: 5, sequence: 77, portId: 0 }, body);
  const [message] = parseDatagram(request);
  if (message === undefined) throw new Error('the request is a message');
  const answer = encodeAcknowledgement(message, 5, { ok: false, errno: 22, message: 'mtu is too large', offset: 44 });
  return [
    { direction: 'sent', bytes: request },
    { direction: 'received', bytes: answer },
  ];
}

/** Writes results.json and the evidence that it names into a folder. */
export async function writeRun(folder: string, results: Results): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const scenarios = [];
  for (const scenario of results.scenarios) {
    const [first] = scenario.evidence;
    if (first === undefined) {
      scenarios.push(scenario);
      continue;
    }
    const own = first.slice(0, first.lastIndexOf('/'));
    const frames = [scenario.mismatch?.expected, scenario.mismatch?.actual].flatMap((text) =>
      text == null ? [] : [fromHex(text)],
    );
    const names = await writeEvidence(
      join(folder, own),
      {
        frames: frames.map((bytes, place) => ({
          end: 'wire',
          name: 'p0',
          direction: 'received',
          bytes,
          timeNs: BigInt(place) * 1_000_000n,
        })),
        datagrams: refusedConversation().map((one, place) => ({ protocol: 0, timeNs: BigInt(place), ...one })),
      },
      { title: scenario.reason, mismatch: scenario.mismatch },
    );
    scenarios.push({ ...scenario, evidence: names.map((name) => `${own}/${name}`) });
  }
  writeFileSync(join(folder, 'results.json'), JSON.stringify({ ...results, scenarios }));
}
