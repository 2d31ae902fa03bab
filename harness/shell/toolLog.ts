/** What the tools said and heard, and what they were refused because the shell does not have it: the log of `nicspec shell`. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { NETLINK_GENERIC } from '../../reference-impl/netlink/constants.js';
import { decodeDatagram } from '../../reference-impl/netlink/transcript.js';
import { toldFamilies } from '../evidence/transcript.js';

const PROTOCOLS: Readonly<Record<number, string>> = {
  0: 'NETLINK_ROUTE',
  4: 'NETLINK_SOCK_DIAG',
  6: 'NETLINK_XFRM',
  9: 'NETLINK_AUDIT',
  12: 'NETLINK_NETFILTER',
  15: 'NETLINK_KOBJECT_UEVENT',
  16: 'NETLINK_GENERIC',
};

export const protocolName = (protocol: number): string => PROTOCOLS[protocol] ?? `netlink protocol ${protocol}`;

export interface ToolLog {
  datagram(process: number, protocol: number, direction: 'sent' | 'received', datagram: Uint8Array): void;
  /** Something that the shell does not have, named, and the tool that asked for it. */
  unsupported(process: number, what: string): void;
  note(text: string): void;
}

/** `path` undefined: nothing is kept. */
export function openToolLog(path: string | undefined): ToolLog {
  if (path === undefined) return { datagram: () => undefined, unsupported: () => undefined, note: () => undefined };
  writeFileSync(path, '');
  const start = performance.now();
  const families = new Map<number, string>();
  const names = new Map<number, string>();
  const write = (text: string): void =>
    appendFileSync(path, `+${((performance.now() - start) / 1000).toFixed(6)} s ${text}\n`);
  const nameOf = (process: number): string => {
    const known = names.get(process) ?? commandOf(process);
    names.set(process, known);
    return `${known}[${process}]`;
  };
  return {
    datagram: (process, protocol, direction, datagram) => {
      if (protocol === NETLINK_GENERIC)
        for (const [id, name] of toldFamilies({ protocol, bytes: datagram })) families.set(id, name);
      const way = direction === 'sent' ? '> to the kernel' : '< from the kernel';
      const lines = decodeDatagram(protocol, datagram, families, direction === 'sent');
      const head = `${nameOf(process)} ${way}  ${protocolName(protocol)}  ${datagram.length} bytes`;
      write([head, ...lines.map((line) => `    ${line}`)].join('\n'));
    },
    unsupported: (process, what) => write(`${nameOf(process)} unsupported: ${what}`),
    note: write,
  };
}

/** The name of a process; one that is gone already has none. */
function commandOf(process: number): string {
  try {
    return readFileSync(`/proc/${process}/comm`, 'utf8').trim();
  } catch {
    return 'process';
  }
}
