/**
 * Hands every frame that arrives at one device to another to transmit. There the kernel finishes what a veth left unfinished: it
 * segments, fills in checksums and inserts tags, because the second device says it can do none of that.
 */
import { NetlinkClient, encodeBody } from '../../../reference-impl/netlink/client.js';
import { NETLINK_ROUTE, NLM_F_CREATE, NLM_F_EXCL } from '../../../reference-impl/netlink/constants.js';
import {
  attributeSet,
  encodeAttributes,
  s32,
  text,
  u32,
  type StructField,
} from '../../../reference-impl/netlink/schema.js';
import { TargetFault, type IfIndex } from '../../contract/index.js';
import { checked, closeFd, libc } from './libc.js';
import { LinuxNetlinkSocket } from './netlinkSocket.js';
import type { NetNamespace } from './netNamespace.js';
import { BPF_FUNC_REDIRECT, BPF_LINK_CREATE, BPF_PROG_LOAD, BPF_PROG_TYPE_SCHED_CLS, BPF_TCX_INGRESS } from './uapi.js';

/** How the redirection hangs on the device: cls_bpf on the clsact qdisc, or a TCX link (Linux 6.6). */
export type RedirectMethod = 'tcx' | 'cls_bpf';

export interface Redirect {
  readonly method: RedirectMethod;
  /** The link's descriptor; closing it ends the redirection. cls_bpf stays as long as its device. */
  readonly linkFd: number | undefined;
}

/**
 * Tries the methods in order. cls_bpf comes first because it is attached in microseconds, while a TCX link waits for every processor
 * to pass through the scheduler (synchronize_rcu), ten milliseconds each time. Throws the last method's error.
 */
export async function redirectIngress(
  namespace: NetNamespace,
  from: IfIndex,
  to: IfIndex,
  methods: readonly RedirectMethod[] = ['cls_bpf', 'tcx'],
): Promise<Redirect> {
  const program = loadProgram(redirectProgram(to));
  try {
    let failure: unknown = new TargetFault('no way to redirect frames was asked for');
    for (const method of methods) {
      try {
        return await attach[method](namespace, from, program);
      } catch (error) {
        failure = error;
      }
    }
    throw failure instanceof Error ? failure : new TargetFault(String(failure));
  } finally {
    // The link or the filter holds the program.
    closeFd(program);
  }
}

const attach: Readonly<
  Record<RedirectMethod, (namespace: NetNamespace, ifIndex: IfIndex, program: number) => Promise<Redirect>>
> = {
  tcx: async (namespace, ifIndex, program) => ({ method: 'tcx', linkFd: attachTcx(namespace, ifIndex, program) }),
  cls_bpf: async (namespace, ifIndex, program) => {
    await attachClsBpf(namespace, ifIndex, program);
    return { method: 'cls_bpf', linkFd: undefined };
  },
};

/** `return bpf_redirect(ifindex, 0);`, as struct bpf_insn. */
function redirectProgram(ifIndex: IfIndex): Uint8Array {
  const MOV64_IMM = 0xb7;
  const CALL = 0x85;
  const EXIT = 0x95;
  const instructions = [
    [MOV64_IMM, 1, ifIndex],
    [MOV64_IMM, 2, 0],
    [CALL, 0, BPF_FUNC_REDIRECT],
    [EXIT, 0, 0],
  ] as const;
  const bytes = new Uint8Array(8 * instructions.length);
  const view = new DataView(bytes.buffer);
  for (const [index, [opcode, destination, immediate]] of instructions.entries()) {
    view.setUint8(8 * index, opcode);
    view.setUint8(8 * index + 1, destination);
    view.setInt32(8 * index + 4, immediate, true);
  }
  return bytes;
}

function loadProgram(instructions: Uint8Array): number {
  const license = new TextEncoder().encode('GPL\0');
  const attributes = new Uint8Array(72);
  const view = new DataView(attributes.buffer);
  view.setUint32(0, BPF_PROG_TYPE_SCHED_CLS, true);
  view.setUint32(4, instructions.length / 8, true);
  view.setBigUint64(8, libc().address(instructions), true);
  view.setBigUint64(16, libc().address(license), true);
  return checked('bpf(BPF_PROG_LOAD)', libc().bpf(BPF_PROG_LOAD, attributes, attributes.length));
}

function attachTcx(namespace: NetNamespace, ifIndex: IfIndex, program: number): number {
  const attributes = new Uint8Array(32);
  const view = new DataView(attributes.buffer);
  view.setUint32(0, program, true);
  view.setUint32(4, ifIndex, true);
  view.setUint32(8, BPF_TCX_INGRESS, true);
  return checked(
    'bpf(BPF_LINK_CREATE, BPF_TCX_INGRESS)',
    namespace.inside(() => libc().bpf(BPF_LINK_CREATE, attributes, attributes.length)),
  );
}

/** struct tcmsg. */
const TCMSG: readonly StructField[] = [
  { name: 'tcm_family', kind: 'u8' },
  { name: 'pad', kind: { pad: 3 } },
  { name: 'tcm_ifindex', kind: 's32' },
  { name: 'tcm_handle', kind: 'u32' },
  { name: 'tcm_parent', kind: 'u32' },
  { name: 'tcm_info', kind: 'u32' },
];
const RTM_NEWQDISC = 36;
const RTM_NEWTFILTER = 44;
const TC_H_CLSACT = 0xffff_fff1;
const CLSACT_HANDLE = 0xffff_0000;
const TC_H_MIN_INGRESS = 0xffff_fff2;
const TCA_BPF_FLAG_ACT_DIRECT = 1;
/** A filter's priority in the upper half of tcm_info, ETH_P_ALL in network order in the lower. */
const FIRST_PRIORITY_ANY_PROTOCOL = (1 << 16) | 0x0300;

const BPF_OPTIONS = attributeSet('TCA_BPF', [
  [6, 'TCA_BPF_FD', u32],
  [7, 'TCA_BPF_NAME', text],
  [8, 'TCA_BPF_FLAGS', u32],
]);
const TRAFFIC_CONTROL = attributeSet('TCA', [
  [1, 'TCA_KIND', text],
  [2, 'TCA_OPTIONS', { kind: 'nest', set: () => BPF_OPTIONS }],
  [3, 'TCA_STATS', s32],
]);

async function attachClsBpf(namespace: NetNamespace, ifIndex: IfIndex, program: number): Promise<void> {
  const client = await NetlinkClient.open(
    NETLINK_ROUTE,
    async (protocol) => new LinuxNetlinkSocket(namespace, protocol),
  );
  try {
    const flags = NLM_F_CREATE | NLM_F_EXCL;
    const qdisc = encodeBody(
      TCMSG,
      { tcm_ifindex: ifIndex, tcm_handle: CLSACT_HANDLE, tcm_parent: TC_H_CLSACT },
      encodeAttributes(TRAFFIC_CONTROL, { TCA_KIND: 'clsact' }),
    );
    const filter = encodeBody(
      TCMSG,
      { tcm_ifindex: ifIndex, tcm_parent: TC_H_MIN_INGRESS, tcm_info: FIRST_PRIORITY_ANY_PROTOCOL },
      encodeAttributes(TRAFFIC_CONTROL, {
        TCA_KIND: 'bpf',
        TCA_OPTIONS: { TCA_BPF_FD: program, TCA_BPF_NAME: 'cable', TCA_BPF_FLAGS: TCA_BPF_FLAG_ACT_DIRECT },
      }),
    );
    for (const [type, what, body] of [
      [RTM_NEWQDISC, 'RTM_NEWQDISC clsact', qdisc],
      [RTM_NEWTFILTER, 'RTM_NEWTFILTER bpf', filter],
    ] as const) {
      const result = await client.request(type, body, flags);
      if (!result.ok) checked(what, -result.error.errno);
    }
  } finally {
    await client.socket.close();
  }
}
