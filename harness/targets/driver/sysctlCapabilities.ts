/** Whether settings of a kernel can be written: asked with one that every kernel has at every net device. */
import type { CapabilityAnswer, CapabilityAnswers, NetDeviceName, SysctlTree } from '../../contract/index.js';

const PRESENT: CapabilityAnswer = { present: true };
const absent = (reason: string): CapabilityAnswer => ({ present: false, reason });

/** What is written is what was read. */
export async function askSysctls(sysctl: SysctlTree, netDevice: NetDeviceName | undefined): Promise<CapabilityAnswers> {
  const name = `net/ipv4/conf/${netDevice ?? ''}/forwarding`;
  const read = await sysctl.read(name);
  if (!read.ok) return { sysctl: absent(`/proc/sys/${name} cannot be read: errno ${read.errno}.`) };
  const written = await sysctl.write(name, read.value.trim());
  return { sysctl: written.ok ? PRESENT : absent(`/proc/sys/${name} cannot be written: errno ${written.errno}.`) };
}
