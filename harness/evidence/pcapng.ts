/** Captures in the pcapng format (draft-ietf-opsawg-pcapng): what Wireshark, tshark and tcpdump read. Little endian. */

/** A place where frames were seen: one interface block. */
export interface CaptureInterface {
  /** `host eth0`. */
  readonly name: string;
  readonly description?: string;
  /** What its packets begin with (www.tcpdump.org/linktypes.html); default: LINKTYPE_ETHERNET. */
  readonly linkType?: number;
}

export interface CapturePacket {
  /** Index into the interfaces. */
  readonly interface: number;
  /** As the interface sees it: a frame that it received is inbound. */
  readonly direction: 'inbound' | 'outbound';
  readonly timeNs: bigint;
  readonly bytes: Uint8Array;
  readonly comment?: string;
}

export interface Capture {
  /** The program that wrote it, with its version. */
  readonly application: string;
  readonly comment?: string;
  readonly interfaces: readonly CaptureInterface[];
  readonly packets: readonly CapturePacket[];
}

export const SECTION_HEADER = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION = 1;
export const ENHANCED_PACKET = 6;
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
export const LINKTYPE_ETHERNET = 1;
export const LINKTYPE_NETLINK = 253;

export const OPT_ENDOFOPT = 0;
export const OPT_COMMENT = 1;
export const SHB_USERAPPL = 4;
export const IF_NAME = 2;
export const IF_DESCRIPTION = 3;
const IF_TSRESOL = 9;
export const EPB_FLAGS = 2;
/** Two bits of epb_flags. */
export const DIRECTION = { inbound: 1, outbound: 2 } as const;
/** if_tsresol: ten to the minus ninth of a second. */
const NANOSECONDS = 9;
/** An option's length is 16 bits wide. */
const LONGEST_OPTION = 0xfffc;

/** The whole file. */
export function writePcapng(capture: Capture): Uint8Array {
  const blocks = [
    sectionHeader(capture),
    ...capture.interfaces.map(interfaceDescription),
    ...capture.packets.map(enhancedPacket),
  ];
  const file = new Uint8Array(blocks.reduce((length, { length: own }) => length + own, 0));
  let at = 0;
  for (const block of blocks) {
    file.set(block, at);
    at += block.length;
  }
  return file;
}

interface Option {
  readonly code: number;
  readonly value: Uint8Array;
}

const encoder = new TextEncoder();

/** Text is cut at the longest length an option has, between characters. */
function textOption(code: number, text: string | undefined): Option[] {
  if (text === undefined || text === '') return [];
  const value = new Uint8Array(Math.min(LONGEST_OPTION, 3 * text.length));
  const { written } = encoder.encodeInto(text, value);
  return [{ code, value: value.subarray(0, written) }];
}

function sectionHeader({ application, comment }: Capture): Uint8Array {
  const fixed = new Uint8Array(16);
  const view = new DataView(fixed.buffer);
  view.setUint32(0, BYTE_ORDER_MAGIC, true);
  view.setUint16(4, 1, true);
  // The length of the section is not given: minus one.
  view.setBigInt64(8, -1n, true);
  return block(SECTION_HEADER, fixed, [...textOption(OPT_COMMENT, comment), ...textOption(SHB_USERAPPL, application)]);
}

function interfaceDescription({ name, description, linkType = LINKTYPE_ETHERNET }: CaptureInterface): Uint8Array {
  const fixed = new Uint8Array(8);
  new DataView(fixed.buffer).setUint16(0, linkType, true);
  return block(INTERFACE_DESCRIPTION, fixed, [
    ...textOption(IF_NAME, name),
    ...textOption(IF_DESCRIPTION, description),
    { code: IF_TSRESOL, value: Uint8Array.of(NANOSECONDS) },
  ]);
}

function enhancedPacket(packet: CapturePacket): Uint8Array {
  const { bytes, timeNs } = packet;
  const fixed = new Uint8Array(20 + padded(bytes.length));
  const view = new DataView(fixed.buffer);
  view.setUint32(0, packet.interface, true);
  view.setUint32(4, Number((timeNs >> 32n) & 0xffffffffn), true);
  view.setUint32(8, Number(timeNs & 0xffffffffn), true);
  view.setUint32(12, bytes.length, true);
  view.setUint32(16, bytes.length, true);
  fixed.set(bytes, 20);
  const flags = Uint8Array.of(DIRECTION[packet.direction], 0, 0, 0);
  return block(ENHANCED_PACKET, fixed, [...textOption(OPT_COMMENT, packet.comment), { code: EPB_FLAGS, value: flags }]);
}

const padded = (length: number): number => (length + 3) & ~3;

/** Type, length, body, options, length. */
function block(type: number, fixed: Uint8Array, options: readonly Option[]): Uint8Array {
  const optionsLength = options.reduce((length, { value }) => length + 4 + padded(value.length), 4);
  const total = 12 + fixed.length + optionsLength;
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, total, true);
  bytes.set(fixed, 8);
  let at = 8 + fixed.length;
  for (const { code, value } of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  view.setUint32(at, OPT_ENDOFOPT, true);
  view.setUint32(total - 4, total, true);
  return bytes;
}
