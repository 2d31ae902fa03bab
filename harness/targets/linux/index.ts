/** The Linux kernel of this machine as a Target. @module */
import { readFileSync } from 'node:fs';
import { TargetFault } from '../../contract/index.js';
import type { Target } from '../../contract/index.js';
import { unknownName } from '../../runner/usage.js';
import { openCabledPorts, parseCabledPorts } from './cabledPorts.js';
import { libc, SystemCallError } from './libc.js';
import { OwnKernelTarget } from './ownKernel.js';
import { VethTarget } from './vethTarget.js';

export type LinuxProbe = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/**
 * `spec` is what follows `linux:` in a target's name: `veth`, `bridge`, `host`, or `dut=NETDEV,peer=NETDEV`.
 * @throws UsageError if it names no arrangement; TargetFault, with the reason, if this machine cannot do it.
 */
export async function openLinuxTarget(spec: string): Promise<Target> {
  if (spec === 'host') return OwnKernelTarget.open();
  const open = arrangement(spec);
  const probe = probeLinux();
  if (!probe.ok) throw new TargetFault(probe.reason);
  try {
    return await open();
  } catch (error) {
    if (error instanceof SystemCallError)
      throw new TargetFault(`the kernel refused ${error.message}`, { cause: error });
    throw error;
  }
}

/** What a scenario about switches uses. */
const BRIDGE_PORTS = 4;

function arrangement(spec: string): () => Promise<Target> {
  if (spec === 'veth') return () => VethTarget.open();
  if (spec === 'bridge') return () => VethTarget.open({ name: 'linux:bridge', ports: BRIDGE_PORTS });
  if (!spec.includes('='))
    throw unknownName('Linux target', spec, ['veth', 'bridge', 'host', 'dut=NETDEV,peer=NETDEV']);
  const ports = parseCabledPorts(spec);
  return () => openCabledPorts(ports);
}

/** Bits of CapEff. */
const CAPABILITIES = [
  ['CAP_NET_ADMIN', 12],
  ['CAP_NET_RAW', 13],
  ['CAP_SYS_ADMIN', 21],
] as const;

/** Whether this process could open a Linux target, and if not, why; nothing is made. */
export function probeLinux(): LinuxProbe {
  if (process.platform !== 'linux')
    return { ok: false, reason: `Linux targets need Linux; this is ${process.platform}` };
  if (!LAYOUT.has(process.arch))
    return { ok: false, reason: `Linux targets do not know the system calls of ${process.arch}` };
  const missing = missingCapabilities();
  if (missing.length > 0) {
    return { ok: false, reason: `Linux targets need ${missing.join(', ')} to make network namespaces: run it as root` };
  }
  try {
    libc();
    return { ok: true };
  } catch (error) {
    const message = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return {
      ok: false,
      reason: `Linux targets need the package koffi for system calls, which cannot be loaded: ${message}`,
    };
  }
}

/** 64-bit and little endian, with the constants of asm-generic. */
const LAYOUT: ReadonlySet<string> = new Set(['x64', 'arm64', 'riscv64', 'loong64']);

function missingCapabilities(): readonly string[] {
  const [, effective = '0'] = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/thread-self/status', 'utf8')) ?? [];
  const bits = BigInt(`0x${effective}`);
  return CAPABILITIES.filter(([, bit]) => ((bits >> BigInt(bit)) & 1n) === 0n).map(([name]) => name);
}
