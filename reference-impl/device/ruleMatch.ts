/** Whether a packet agrees with an n-tuple rule in every bit of its masks, and which packets are PTP events. */
import type { FlowRule, FlowType, MaskedBytes } from '../../harness/contract/index.js';
import type { Flow } from '../packet/flow.js';
import { ETH_P_1588, IPPROTO_UDP } from '../packet/protocols.js';
import { flowTypeOf } from './hashInput.js';

/** A rule for plain IP takes every packet of that version. */
function isOfType(type: FlowType, flow: Flow): boolean {
  switch (type) {
    case 'ether':
      return true;
    case 'ip4':
      return flow.ipVersion === 4;
    case 'ip6':
      return flow.ipVersion === 6;
    default:
      return flowTypeOf(flow) === type;
  }
}

function agrees(field: MaskedBytes | undefined, bytes: Uint8Array, at: number): boolean {
  return (
    field === undefined ||
    field.mask.every((mask, index) => (((bytes[at + index] ?? 0) ^ (field.value[index] ?? 0)) & mask) === 0)
  );
}

/** `vlanTci` of the flow is that of the frame as it came, whether the tag was stripped or not. */
export function matchesRule({ flow: type, match }: FlowRule, bytes: Uint8Array, flow: Flow): boolean {
  if (!isOfType(type, flow)) return false;
  const isV4 = flow.ipVersion === 4;
  const source = flow.networkOffset + (isV4 ? 12 : 8);
  const destination = source + (isV4 ? 4 : 16);
  const typeAt = flow.networkOffset - 2;
  return (
    agrees(match.destinationMac, bytes, 0) &&
    agrees(match.sourceMac, bytes, 6) &&
    agrees(match.etherType, bytes, typeAt) &&
    agrees(match.sourceAddress, bytes, source) &&
    agrees(match.destinationAddress, bytes, destination) &&
    agrees(match.sourcePort, bytes, flow.transportOffset) &&
    agrees(match.destinationPort, bytes, flow.transportOffset + 2) &&
    agreesInClass(match.trafficClass, bytes, flow) &&
    agreesInTag(match.vlanTci, flow)
  );
}

function agreesInClass(field: MaskedBytes | undefined, bytes: Uint8Array, flow: Flow): boolean {
  if (field === undefined) return true;
  const at = flow.networkOffset;
  const value =
    flow.ipVersion === 4 ? (bytes[at + 1] ?? 0) : (((bytes[at] ?? 0) & 0x0f) << 4) | ((bytes[at + 1] ?? 0) >> 4);
  return ((value ^ (field.value[0] ?? 0)) & (field.mask[0] ?? 0)) === 0;
}

function agreesInTag(field: MaskedBytes | undefined, flow: Flow): boolean {
  return (
    field === undefined ||
    (flow.vlanCount > 0 && agrees(field, Uint8Array.of(flow.outerTci >> 8, flow.outerTci & 0xff), 0))
  );
}

const PTP_EVENT_PORT = 319;
/** IEEE 1588, 13.3.2.3: message types below 8 are events. */
const FIRST_GENERAL_MESSAGE = 8;

export function hasPtpEvent(bytes: Uint8Array, flow: Flow): boolean {
  const isUdp = flow.protocol === IPPROTO_UDP && flow.destinationPort === PTP_EVENT_PORT;
  const at = isUdp ? flow.transportOffset + 8 : flow.networkOffset;
  if (!isUdp && flow.etherType !== ETH_P_1588) return false;
  return ((bytes[at] ?? 0xff) & 0x0f) < FIRST_GENERAL_MESSAGE;
}
