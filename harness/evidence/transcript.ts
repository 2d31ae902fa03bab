/** The netlink conversation of a case, as text with the uAPI names. */
import { decodeDatagram } from '../../reference-impl/netlink/transcript.js';
import { CTRL } from '../../reference-impl/netlink/families/genericControl.js';
import { GENL_ID_CTRL, NETLINK_GENERIC } from '../../reference-impl/netlink/constants.js';
import { decodeAttributes } from '../../reference-impl/netlink/schema.js';
import { parseDatagram } from '../../reference-impl/netlink/wire.js';
import type { RecordedDatagram } from './recordedCase.js';

const PROTOCOLS: Readonly<Record<number, string>> = {
  0: 'NETLINK_ROUTE',
  12: 'NETLINK_NETFILTER',
  16: 'NETLINK_GENERIC',
};
const GENLMSGHDR_LENGTH = 4;

/** Two lines and more a datagram: when and which way it went, then its messages. `families`: what was known before the case. */
export function transcribe(
  datagrams: readonly RecordedDatagram[],
  families: ReadonlyMap<number, string> = new Map(),
): string {
  const start = datagrams[0]?.timeNs ?? 0n;
  const names = new Map([...families, ...datagrams.flatMap(toldFamilies)]);
  const parts = datagrams.map(({ protocol, direction, bytes, timeNs }) => {
    const way = direction === 'sent' ? '> to the kernel' : '< from the kernel';
    const head = `${seconds(timeNs - start)} ${way}  ${PROTOCOLS[protocol] ?? `protocol ${protocol}`}  ${bytes.length} bytes`;
    const lines = decodeDatagram(protocol, bytes, names, direction === 'sent');
    return [head, ...lines.map((line) => `    ${line}`), ''].join('\n');
  });
  return parts.length === 0 ? 'no netlink datagram was exchanged\n' : parts.join('\n');
}

/** Families by id, where the datagram is an answer of the controller. Never throws. */
export function toldFamilies({ protocol, bytes }: Pick<RecordedDatagram, 'protocol' | 'bytes'>): [number, string][] {
  if (protocol !== NETLINK_GENERIC) return [];
  try {
    return parseDatagram(bytes).flatMap(({ type, body }): [number, string][] => {
      if (type !== GENL_ID_CTRL) return [];
      const { CTRL_ATTR_FAMILY_ID: id, CTRL_ATTR_FAMILY_NAME: name } = decodeAttributes(
        CTRL,
        body.subarray(GENLMSGHDR_LENGTH),
      );
      return typeof id === 'number' && typeof name === 'string' ? [[id, name]] : [];
    });
  } catch {
    // What cannot be read tells no names; the transcript shows its bytes.
    return [];
  }
}

function seconds(timeNs: bigint): string {
  const digits = String(timeNs < 0n ? -timeNs : timeNs).padStart(10, '0');
  return `${timeNs < 0n ? '-' : '+'}${digits.slice(0, -9)}.${digits.slice(-9)} s`;
}
