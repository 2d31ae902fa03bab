/** Follows the records of a run while another process writes them. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { RECORDS_FILE } from '../../runner/recordFile.js';
import type { RunRecord } from '../../runner/records.js';

const CHUNK = 1 << 20;

export interface TailNews {
  /** The file was begun anew: what was read before is of another run. */
  readonly isNew: boolean;
  readonly records: readonly RunRecord[];
}

/** Reads what was appended since the last look. A line that is not whole yet waits; one that is no record is left out. */
export class RecordTail {
  readonly #path: string;
  #at = 0;
  #inode = 0;
  #rest: Buffer = Buffer.alloc(0);
  #first = '';

  constructor(folder: string) {
    this.#path = join(folder, RECORDS_FILE);
  }

  look(): TailNews {
    let file: number;
    try {
      file = openSync(this.#path, 'r');
    } catch {
      return { isNew: false, records: [] };
    }
    try {
      const { size, ino } = fstatSync(file);
      const isNew = this.#isBegunAnew(file, size, ino);
      if (isNew) {
        this.#at = 0;
        this.#rest = Buffer.alloc(0);
        this.#inode = ino;
        this.#first = '';
      }
      return { isNew, records: this.#read(file, size) };
    } finally {
      closeSync(file);
    }
  }

  /** A run that is resumed or started again writes the file from its beginning, under the same name. */
  #isBegunAnew(file: number, size: number, inode: number): boolean {
    if (inode !== this.#inode || size < this.#at) return true;
    return this.#first !== '' && this.#first !== beginningOf(file);
  }

  #read(file: number, size: number): RunRecord[] {
    if (this.#first === '' && size > 0) this.#first = beginningOf(file);
    const records: RunRecord[] = [];
    while (this.#at < size) {
      const buffer = Buffer.alloc(Math.min(CHUNK, size - this.#at));
      const length = readSync(file, buffer, 0, buffer.length, this.#at);
      if (length === 0) break;
      this.#at += length;
      const text = Buffer.concat([this.#rest, buffer.subarray(0, length)]);
      const end = text.lastIndexOf(0x0a) + 1;
      this.#rest = text.subarray(end);
      records.push(...recordsIn(text.subarray(0, end).toString('utf8')));
    }
    return records;
  }
}

/** The run-start has the time of the start: two runs do not begin alike. */
function beginningOf(file: number): string {
  const buffer = Buffer.alloc(256);
  return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, 0)).toString('latin1');
}

function recordsIn(text: string): RunRecord[] {
  return text.split('\n').flatMap((line): RunRecord[] => {
    try {
      const value = JSON.parse(line) as RunRecord | null;
      const isRecord = value?.kind === 'run-start' || value?.kind === 'scenario' || value?.kind === 'run-end';
      return isRecord ? [value] : [];
    } catch {
      return [];
    }
  });
}
