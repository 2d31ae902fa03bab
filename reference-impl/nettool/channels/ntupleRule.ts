/** N-tuple rules as rows: fields by name, with their masks where they are not matched whole. */
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from '../../packet/addresses.js';
import type { RxFlowMatch, RxFlowRule, RxFlowType, RxMaskedBytes } from '../../netlink/rxnfc.js';
import { FLOW_TYPES } from '../../netlink/rxnfc.js';
import type { Row } from '../reading.js';
import { refused, type Outcome } from '../refusal.js';
import { bytesToHex, macBytes, macText, type Scalar } from '../values.js';

type Member = keyof RxFlowMatch;
type Form = 'address' | 'mac' | 8 | 16;

/** Columns of a rule, the member of the match that each is, and its form. */
const COLUMNS: readonly (readonly [column: string, member: Member, form: Form])[] = [
  ['src-ip', 'sourceAddress', 'address'],
  ['dst-ip', 'destinationAddress', 'address'],
  ['src-port', 'sourcePort', 16],
  ['dst-port', 'destinationPort', 16],
  ['src-mac', 'sourceMac', 'mac'],
  ['dst-mac', 'destinationMac', 'mac'],
  ['ethertype', 'etherType', 16],
  ['vlan-tci', 'vlanTci', 16],
  ['traffic-class', 'trafficClass', 8],
];

const isWhole = ({ mask }: RxMaskedBytes): boolean => mask.every((byte) => byte === 0xff);
const addressText = (bytes: Uint8Array): string => (bytes.length === 4 ? formatIpv4(bytes) : formatIpv6(bytes));

function fieldText(form: Form, field: RxMaskedBytes): Scalar {
  const { value, mask } = field;
  switch (form) {
    case 'address':
      return isWhole(field) ? addressText(value) : `${addressText(value)}/${addressText(mask)}`;
    case 'mac':
      return macText(value);
    default:
      return parseInt(bytesToHex(value), 16);
  }
}

export function rowOfRule(rule: RxFlowRule): Row {
  const row: Record<string, Scalar> = { location: rule.location, flow: rule.flow };
  const masks: string[] = [];
  for (const [column, member, form] of COLUMNS) {
    const field = rule.match[member];
    if (field === undefined) continue;
    row[column] = fieldText(form, field);
    if (form !== 'address' && !isWhole(field)) masks.push(`${column}:${bytesToHex(field.mask)}`);
  }
  if (masks.length > 0) row['masks'] = masks;
  if (rule.action === 'drop') row['action'] = 'drop';
  else row['queue'] = rule.action.queue;
  if (rule.rssContext !== undefined) row['context'] = rule.rssContext;
  return row;
}

function addressBytes(text: string): Uint8Array | undefined {
  try {
    return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
  } catch {
    return undefined;
  }
}

function fieldOf(form: Form, value: Scalar): RxMaskedBytes | undefined {
  const whole = (bytes: Uint8Array): RxMaskedBytes => ({ value: bytes, mask: new Uint8Array(bytes.length).fill(0xff) });
  switch (form) {
    case 'address': {
      const [address = '', mask] = String(value).split('/');
      const bytes = addressBytes(address);
      if (bytes === undefined || mask === undefined) return bytes && whole(bytes);
      const maskBytes = addressBytes(mask);
      return maskBytes?.length === bytes.length ? { value: bytes, mask: maskBytes } : undefined;
    }
    case 'mac':
      return whole(macBytes(String(value)));
    case 8:
      return whole(Uint8Array.of(Number(value)));
    case 16:
      return whole(Uint8Array.of(Number(value) >> 8, Number(value) & 0xff));
  }
}

/** `anywhere`: the location for a rule that names none. */
export function ruleOfRow(row: Row, anywhere: number): Outcome<RxFlowRule> {
  const flow = String(row['flow'] ?? '');
  if (!Object.hasOwn(FLOW_TYPES, flow)) {
    const accepted = Object.keys(FLOW_TYPES).join(', ');
    return refused({ stage: 'command', key: 'ntuple.flow', message: 'a rule needs a kind of packets', accepted });
  }
  const match: { -readonly [Name in Member]?: RxMaskedBytes } = {};
  for (const [column, member, form] of COLUMNS) {
    const value = row[column];
    if (value === undefined) continue;
    const field = fieldOf(form, value);
    if (field === undefined) {
      const accepted = 'an address, or ADDRESS/MASK';
      return refused({
        stage: 'command',
        key: `ntuple.${column}`,
        value: String(value),
        message: 'it is no address',
        accepted,
      });
    }
    match[member] = field;
  }
  const context = row['context'];
  const rule: RxFlowRule = {
    location: Number(row['location'] ?? anywhere),
    // Looked up above.
    flow: flow as RxFlowType,
    match,
    action: row['action'] === 'drop' ? 'drop' : { queue: Number(row['queue'] ?? 0) },
    ...(context === undefined ? {} : { rssContext: Number(context) }),
  };
  return { ok: true, value: rule };
}
