/** The firmware of a module, command by command: ethtool_cmis_fw_update() of net/ethtool/cmis_fw_update.c. */
import type { EthtoolOps, PortName } from '../../../harness/contract/index.js';
import type { ModuleFlashParts } from './moduleParts.js';
import { ModuleSpeaker, longestWrite, type CommandResult, type ModuleCommand, type Waiting } from './moduleCommands.js';

export interface ModuleUpdate {
  readonly ops: EthtoolOps;
  readonly port: PortName;
  readonly image: Uint8Array;
  readonly password: number | undefined;
  readonly parts: ModuleFlashParts;
  /** ethnl_module_fw_flash_ntf(): `error` may have what failed, and why. */
  readonly tell: (status: 'started' | 'in-progress' | 'completed' | 'error', more?: ModuleProgress) => void;
}

export interface ModuleProgress {
  readonly message?: string;
  readonly done?: number;
  readonly total?: number;
}

interface Failed {
  readonly failed: string | undefined;
}
const failed = (what: string | undefined, why?: string): Failed => ({
  failed: what === undefined ? undefined : `${what}${why === undefined ? '' : `, ${why}`}.`,
});
const isFailed = (value: unknown): value is Failed => typeof value === 'object' && value !== null && 'failed' in value;

const SETTLE_MS = 1000;
const BLOCK_SETTLE_MS = 1;
const PASSWORD_AT = 0x7a;
const CMIS_4 = 4;
const CMIS_5 = 5;
const LOCAL = 0x01;
const PAYLOAD_MOST = 120;
const EXTENDED_MOST = 2048;
const START_HEADER = 8;
const BLOCK_HEADER = 4;
/** Byte 3, bits 3 to 1: the state of the module. */
const STATE_AT = 3;
const LOW_POWER = 1;
const READY = 3;
const READY_MS = 1000;

/** What the module says of its commands. */
interface Spoken {
  readonly speaker: ModuleSpeaker;
  /** cmis_cdb_module_features_get(). */
  readonly longestMs: number;
  readonly completes: boolean;
}

const settled = { beforeReplyMs: SETTLE_MS, completes: true, hasStatus: true } as const;

/** ethtool_cmis_cdb_init(). */
async function* begin({ ops, port, password }: ModuleUpdate): Waiting<Spoken | Failed> {
  const speaker = new ModuleSpeaker(ops, port);
  const revision = await speaker.read(0, 1, 1);
  if (!revision.ok) return failed(undefined);
  const major = (revision.reply[0] ?? 0) >> 4;
  if (major < CMIS_4) return failed("CMIS revision doesn't support module firmware flashing");
  const advertised = await speaker.read(1, 0xa3, 4);
  if (!advertised.ok) return failed(undefined);
  if ((advertised.reply[0] ?? 0) >> 6 === 0) return failed('CDB functionality is not supported');
  speaker.moreOctets = advertised.reply[1] ?? 0;
  const wrong = password === undefined ? undefined : yield* checkPassword(speaker, password);
  if (wrong !== undefined) return wrong;
  const completes = major >= CMIS_5;
  const features = yield* speaker.execute({ ...settled, id: 0x0040, longestMs: 0, replyBytes: 36, completes });
  if (!features.ok) return failed('Module Features command failed', features.message);
  return { speaker, completes, longestMs: viewOf(features.reply).getUint16(34) };
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const bigEndian = (value: number, length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  viewOf(bytes).setUint32(0, value);
  return bytes;
};

/** cmis_cdb_validate_password(). */
async function* checkPassword(speaker: ModuleSpeaker, password: number): Waiting<Failed | undefined> {
  const entered = await speaker.write(0, PASSWORD_AT, bigEndian(password, 4));
  if (!entered.ok) return failed(undefined);
  const query = { ...settled, id: 0, payload: new Uint8Array(2), longestMs: 0, replyBytes: 2 };
  const status = yield* speaker.execute(query);
  if (!status.ok) return failed('Query Status command failed', status.message);
  return status.reply.includes(0) ? failed('Password was not accepted') : undefined;
}

interface Management {
  readonly startBytes: number;
  readonly isLocal: boolean;
  readonly startMs: number;
  readonly writeMs: number;
  readonly completeMs: number;
}

/** cmis_fw_update_fw_mng_features_get(). */
async function* manage({ speaker, longestMs, completes }: Spoken): Waiting<Management | Failed> {
  const features = yield* speaker.execute({ ...settled, id: 0x0041, longestMs, replyBytes: 18, completes });
  if (!features.ok) return failed('FW Management Features command failed', features.message);
  const [, , startBytes = 0, , moreOctets = 0, mechanism = 0] = features.reply;
  if (mechanism === 0) return failed('CDB write mechanism is not supported');
  speaker.moreOctets = moreOctets;
  if (startBytes > PAYLOAD_MOST - START_HEADER) return failed('Start cmd payload size exceeds max LPL payload');
  const [startMs, writeMs, completeMs] = [8, 12, 14].map((at) => viewOf(features.reply).getUint16(at));
  return {
    startBytes,
    isLocal: mechanism === LOCAL,
    startMs: startMs ?? 0,
    writeMs: writeMs ?? 0,
    completeMs: completeMs ?? 0,
  };
}

/** cmis_fw_update_start_download(). */
async function* start(
  { speaker }: Spoken,
  { startBytes, startMs }: Management,
  image: Uint8Array,
): Waiting<Failed | undefined> {
  if (image.length < startBytes) return failed("Firmware image too small for module's start payload");
  const payload = new Uint8Array(START_HEADER + startBytes);
  payload.set(bigEndian(image.length, 4));
  payload.set(image.subarray(0, startBytes), START_HEADER);
  return reported('Start FW download', yield* speaker.execute({ ...settled, id: 0x0101, payload, longestMs: startMs }));
}

const reported = (what: string, result: CommandResult): Failed | undefined =>
  result.ok ? undefined : failed(`${what} command failed`, result.message);

/** cmis_fw_update_write_image_lpl(), cmis_fw_update_write_image_epl(). */
async function* writeBlocks(
  update: ModuleUpdate,
  { speaker }: Spoken,
  management: Management,
): Waiting<Failed | undefined> {
  const { image, tell, parts } = update;
  const { startBytes, isLocal, writeMs } = management;
  const local = Math.min(longestWrite(speaker.moreOctets), PAYLOAD_MOST) - BLOCK_HEADER;
  const size = isLocal ? local : EXTENDED_MOST;
  for (let at = startBytes; at < image.length; at += size) {
    tell('in-progress', { done: at - startBytes, total: image.length });
    const block = image.subarray(at, at + size);
    const address = bigEndian(parts.addressOf(at - startBytes), BLOCK_HEADER + (isLocal ? block.length : 0));
    if (isLocal) address.set(block, BLOCK_HEADER);
    const command: ModuleCommand = {
      ...settled,
      id: isLocal ? 0x0103 : 0x0104,
      payload: address,
      ...(isLocal ? {} : { extended: block }),
      longestMs: writeMs,
      beforeReplyMs: BLOCK_SETTLE_MS,
    };
    const wrong = reported(`Write FW block ${isLocal ? 'LPL' : 'EPL'}`, yield* speaker.execute(command));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

const isReady = (byte: number): boolean => [LOW_POWER, READY].includes((byte >> 1) & 7);

/** cmis_fw_update_run_image(): the module starts anew, and has to be ready again in time. */
async function* runImage({ speaker, longestMs }: Spoken): Waiting<Failed | undefined> {
  const run = { id: 0x0109, payload: new Uint8Array(4), longestMs, beforeReplyMs: SETTLE_MS } as const;
  const wrong = reported('Run image', yield* speaker.execute({ ...run, completes: false, hasStatus: false }));
  if (wrong !== undefined) return wrong;
  const ready = yield* speaker.wait(STATE_AT, READY_MS, isReady);
  return ready.ok ? undefined : failed('Module is not ready on time after reset');
}

async function* steps(update: ModuleUpdate): Waiting<Failed | undefined> {
  const spoken = yield* begin(update);
  if (isFailed(spoken)) return spoken;
  update.tell('started');
  const management = yield* manage(spoken);
  if (isFailed(management)) return management;
  const written = (yield* start(spoken, management, update.image)) ?? (yield* writeBlocks(update, spoken, management));
  if (written !== undefined) return written;
  const complete = { ...settled, id: 0x0107, longestMs: management.completeMs };
  const incomplete = reported('Complete FW download', yield* spoken.speaker.execute(complete));
  const notRun = incomplete ?? (update.parts.runs ? yield* runImage(spoken) : undefined);
  if (notRun !== undefined) return notRun;
  // The new firmware may have other settings.
  const anew = yield* begin(update);
  if (isFailed(anew)) return anew;
  const commit = { ...settled, id: 0x010a, longestMs: anew.longestMs };
  const uncommitted = reported('Commit image', yield* anew.speaker.execute(commit));
  if (uncommitted !== undefined) return uncommitted;
  const reset = await update.ops.resetPhy?.(update.port);
  return reset?.ok === true ? undefined : failed(undefined);
}

/** Yields the milliseconds that it waits. */
export async function* updateModule(update: ModuleUpdate): Waiting<void> {
  const wrong = yield* steps(update);
  if (wrong === undefined || !update.parts.tellsFailure) {
    update.tell('completed');
    return;
  }
  // What failed is told where it failed, and that it ends where it ends.
  if (wrong.failed !== undefined) update.tell('error', { message: wrong.failed });
  update.tell('error');
}
