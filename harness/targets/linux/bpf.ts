/** bpf(2) inside a namespace. */
import type { BpfMemory, BpfResult } from '../../contract/index.js';
import { closeFd, libc, toErrno } from './libc.js';
import type { NetNamespace } from './netNamespace.js';
import {
  BPF_BTF_GET_FD_BY_ID,
  BPF_BTF_LOAD,
  BPF_ENABLE_STATS,
  BPF_ITER_CREATE,
  BPF_LINK_CREATE,
  BPF_LINK_GET_FD_BY_ID,
  BPF_MAP_CREATE,
  BPF_MAP_GET_FD_BY_ID,
  BPF_OBJ_GET,
  BPF_PROG_GET_FD_BY_ID,
  BPF_PROG_LOAD,
  BPF_RAW_TRACEPOINT_OPEN,
  BPF_TOKEN_CREATE,
} from './uapi.js';

/** Commands whose result is a new descriptor. */
const OPENS: ReadonlySet<number> = new Set([
  BPF_MAP_CREATE,
  BPF_PROG_LOAD,
  BPF_OBJ_GET,
  BPF_PROG_GET_FD_BY_ID,
  BPF_MAP_GET_FD_BY_ID,
  BPF_RAW_TRACEPOINT_OPEN,
  BPF_BTF_LOAD,
  BPF_BTF_GET_FD_BY_ID,
  BPF_LINK_CREATE,
  BPF_LINK_GET_FD_BY_ID,
  BPF_ENABLE_STATS,
  BPF_ITER_CREATE,
  BPF_TOKEN_CREATE,
]);

/** Remembers the descriptors that the calls made, so that they can be closed. */
export class BpfCalls {
  readonly #descriptors: number[] = [];

  call(
    namespace: NetNamespace,
    command: number,
    attributes: Uint8Array,
    pointers: readonly BpfMemory[] = [],
  ): BpfResult {
    const bytes = attributes.slice();
    const memory = pointers.map((pointer) => pointer.bytes.slice());
    pointers.forEach(({ pointerAt }, index) => pointTo(bytes, pointerAt, memory[index]));
    const result = namespace.inside(() => libc().bpf(command, bytes, bytes.length));
    if (result < 0) return { ok: false, errno: toErrno(-result), attributes: bytes, memory };
    if (OPENS.has(command)) this.#descriptors.push(result);
    return { ok: true, result, attributes: bytes, memory };
  }

  close(): void {
    for (const fd of this.#descriptors.splice(0)) closeFd(fd);
  }
}

/** Writes where `memory` lies; it stays referenced until the call is over, because the result has it. */
function pointTo(attributes: Uint8Array, at: number, memory: Uint8Array | undefined): void {
  if (memory === undefined || memory.length === 0) return;
  new DataView(attributes.buffer).setBigUint64(at, libc().address(memory), true);
}
