/** Whether a program can be redirected: a library is loaded into it only by the dynamic loader, and not where it is privileged. */
import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { findProgram } from '../targets/lab/program.js';

const ELF = 0x464c_457f;
const PT_INTERP = 3;
const ELFCLASS64 = 2;
const SETUID = 0o4000;
const SETGID = 0o2000;

/** Why the tools would be those of the host, or undefined. A script is as good as its interpreter, and those are dynamic. */
export function whyNotRedirected(command: string): string | undefined {
  const path = command.includes('/') ? command : findProgram(command);
  if (path === undefined) return undefined;
  let head: Buffer;
  try {
    const { mode, uid } = statSync(path);
    const changesUser = ((mode & SETUID) !== 0 && uid !== process.getuid?.()) || (mode & SETGID) !== 0;
    if (changesUser) return `${realpathSync(path)} is setuid or setgid, and the loader takes no library into it`;
    head = headOf(path);
  } catch {
    // What cannot be read is for whoever starts it to explain.
    return undefined;
  }
  return isStatic(head) ? `${realpathSync(path)} is linked statically, and no library is loaded into it` : undefined;
}

/** Program headers are right behind the file's. */
function headOf(path: string): Buffer {
  const head = Buffer.alloc(4096);
  const fd = openSync(path, 'r');
  try {
    return head.subarray(0, readSync(fd, head, 0, head.length, 0));
  } finally {
    closeSync(fd);
  }
}

function isStatic(head: Buffer): boolean {
  if (head.length < 64 || head.readUInt32LE(0) !== ELF || head[4] !== ELFCLASS64) return false;
  const [offset, size, count] = [Number(head.readBigUInt64LE(32)), head.readUInt16LE(54), head.readUInt16LE(56)];
  for (let at = offset, index = 0; index < count && at + size <= head.length; index++, at += size)
    if (head.readUInt32LE(at) === PT_INTERP) return false;
  return true;
}
