/** Reads captures as writePcapng writes them. What is damaged is refused, with the place. */
import {
  BYTE_ORDER_MAGIC,
  DIRECTION,
  ENHANCED_PACKET,
  EPB_FLAGS,
  IF_DESCRIPTION,
  IF_NAME,
  INTERFACE_DESCRIPTION,
  OPT_COMMENT,
  OPT_ENDOFOPT,
  SECTION_HEADER,
  SHB_USERAPPL,
  type Capture,
  type CaptureInterface,
  type CapturePacket,
} from './pcapng.js';

export class CaptureError extends Error {
  override readonly name = 'CaptureError';
}

/** Of one section, little endian, with times in nanoseconds. @throws CaptureError for bytes that are no such capture. */
export function readPcapng(bytes: Uint8Array): Capture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 28 || view.getUint32(0, true) !== SECTION_HEADER)
    throw new CaptureError('this is no pcapng capture');
  if (view.getUint32(8, true) !== BYTE_ORDER_MAGIC) throw new CaptureError('a big-endian capture is not read');
  let about: Pick<Capture, 'application' | 'comment'> = { application: '' };
  const interfaces: CaptureInterface[] = [];
  const packets: CapturePacket[] = [];
  for (let at = 0; at < bytes.length;) {
    const room = bytes.length - at;
    const length = room < 12 ? 0 : view.getUint32(at + 4, true);
    if (length < 12 || length % 4 !== 0 || length > room || view.getUint32(at + length - 4, true) !== length)
      throw new CaptureError(`the capture is damaged at its byte ${at}`);
    const body = new DataView(bytes.buffer, bytes.byteOffset + at + 8, length - 12);
    switch (view.getUint32(at, true)) {
      case SECTION_HEADER:
        about = sectionOf(body);
        break;
      case INTERFACE_DESCRIPTION:
        interfaces.push(interfaceOf(body));
        break;
      case ENHANCED_PACKET:
        packets.push(packetOf(body, interfaces.length, at));
    }
    at += length;
  }
  return { ...about, interfaces, packets };
}

function sectionOf(body: DataView): Pick<Capture, 'application' | 'comment'> {
  const options = optionsFrom(body, 16);
  const comment = textOf(options, OPT_COMMENT);
  return { application: textOf(options, SHB_USERAPPL) ?? '', ...(comment === undefined ? {} : { comment }) };
}

function interfaceOf(body: DataView): CaptureInterface {
  const options = optionsFrom(body, 8);
  const description = textOf(options, IF_DESCRIPTION);
  return {
    name: textOf(options, IF_NAME) ?? '',
    linkType: body.getUint16(0, true),
    ...(description === undefined ? {} : { description }),
  };
}

function packetOf(body: DataView, interfaces: number, at: number): CapturePacket {
  const captured = body.byteLength < 20 ? -1 : body.getUint32(12, true);
  if (captured < 0 || 20 + captured > body.byteLength || body.getUint32(0, true) >= interfaces)
    throw new CaptureError(`the packet at byte ${at} is damaged`);
  const options = optionsFrom(body, 20 + ((captured + 3) & ~3));
  const flags = options.get(EPB_FLAGS)?.[0] ?? 0;
  const comment = textOf(options, OPT_COMMENT);
  return {
    interface: body.getUint32(0, true),
    direction: (flags & 3) === DIRECTION.outbound ? 'outbound' : 'inbound',
    timeNs: (BigInt(body.getUint32(4, true)) << 32n) | BigInt(body.getUint32(8, true)),
    bytes: new Uint8Array(body.buffer, body.byteOffset + 20, captured),
    ...(comment === undefined ? {} : { comment }),
  };
}

type Options = ReadonlyMap<number, Uint8Array>;

/** The last of each code; a length that leads out of the block ends them. */
function optionsFrom(body: DataView, start: number): Options {
  const options = new Map<number, Uint8Array>();
  for (let at = start; at + 4 <= body.byteLength;) {
    const [code, length] = [body.getUint16(at, true), body.getUint16(at + 2, true)];
    if (code === OPT_ENDOFOPT || at + 4 + length > body.byteLength) break;
    options.set(code, new Uint8Array(body.buffer, body.byteOffset + at + 4, length));
    at += 4 + ((length + 3) & ~3);
  }
  return options;
}

const decoder = new TextDecoder();
const textOf = (options: Options, code: number): string | undefined => {
  const value = options.get(code);
  return value === undefined ? undefined : decoder.decode(value);
};
