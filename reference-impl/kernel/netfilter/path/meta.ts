/** What is known of a packet beside its bytes: nft_meta_get_eval(), nft_meta_set_eval(), nft_meta_bridge_get_eval(). */
import { asciiBytes } from './text.js';
import type { NetDevice } from '../../netDevice.js';
import { bridgeOf } from '../../bridge/bridge.js';
import { WORD, type Evaluation, type Of, type Operation, type PathSurroundings } from './evaluation.js';
import { PACKET_OTHERHOST } from './packet.js';
import {
  ARPHRD_ETHER,
  NFT_META_BRI_IIFNAME,
  NFT_META_BRI_IIFPVID,
  NFT_META_BRI_IIFVPROTO,
  NFT_META_BRI_OIFNAME,
  NFT_META_CPU,
  NFT_META_IIF,
  NFT_META_IIFGROUP,
  NFT_META_IIFKIND,
  NFT_META_IIFNAME,
  NFT_META_IIFTYPE,
  NFT_META_L4PROTO,
  NFT_META_LEN,
  NFT_META_MARK,
  NFT_META_NFPROTO,
  NFT_META_NFTRACE,
  NFT_META_OIF,
  NFT_META_OIFGROUP,
  NFT_META_OIFKIND,
  NFT_META_OIFNAME,
  NFT_META_OIFTYPE,
  NFT_META_PKTTYPE,
  NFT_META_PRANDOM,
  NFT_META_PRIORITY,
  NFT_META_PROTOCOL,
  NFT_META_SDIF,
  NFT_META_SDIFNAME,
  NFT_META_SECPATH,
  NFT_META_TIME_DAY,
  NFT_META_TIME_HOUR,
  NFT_META_TIME_NS,
} from './metaKeys.js';

const IFNAMSIZ = 16;
const SECOND = 1_000_000_000n;
const DAY = 86_400n;
/** The first of January 1970 was a Thursday. */
const FIRST_DAY = 4n;

/** nft_meta_get_eval(): a value for the register, or that there is none. */
export function metaOperation(around: PathSurroundings, { destination, key }: Of<'meta'>): Operation {
  const number = numberOf(around, key);
  if (number !== undefined)
    return (run) => {
      const value = number(run);
      if (value === undefined && around.parts.breaksWithout(key)) run.break();
      else run.storeNumber(destination, around.parts.metaValue(key, value ?? 0));
    };
  const name = nameOf(key);
  if (name !== undefined)
    return (run) => {
      const text = name(run);
      if (text === undefined) run.break();
      else storeName(run, destination, around.parts.metaName(key, text));
    };
  if (key === NFT_META_TIME_NS) return (run) => run.view.setBigUint64(destination * WORD, around.now(), true);
  return (run) => run.break();
}

type NumberOf = (run: Evaluation) => number | undefined;

/** Keys whose value fits into a register. */
function numberOf(around: PathSurroundings, key: number): NumberOf | undefined {
  switch (key) {
    case NFT_META_LEN:
      return ({ packet }) => packet.length;
    // In network byte order, as it lies in the frame.
    case NFT_META_PROTOCOL:
      return ({ packet }) => swapped(packet.protocol);
    case NFT_META_NFPROTO:
      return ({ packet }) => packet.place.family;
    case NFT_META_L4PROTO:
      return ({ packet }) => (packet.hasTransport ? packet.protocolNumber : undefined);
    case NFT_META_PRIORITY:
      return ({ packet }) => packet.priority;
    case NFT_META_MARK:
      return ({ packet }) => packet.mark;
    case NFT_META_PKTTYPE:
      return ({ packet }) => packet.packetType;
    case NFT_META_CPU:
    case NFT_META_SDIF:
    case NFT_META_SECPATH:
      return () => 0;
    case NFT_META_PRANDOM:
      return () => around.random();
    case NFT_META_TIME_DAY:
      return () => Number((FIRST_DAY + around.now() / SECOND / DAY) % 7n);
    case NFT_META_TIME_HOUR:
      return () => Number((around.now() / SECOND) % DAY);
    default:
      return deviceNumberOf(key);
  }
}

/** nft_meta_get_eval_ifname(). No net device is index 0, and has neither type nor group. */
function deviceNumberOf(key: number): NumberOf | undefined {
  switch (key) {
    case NFT_META_IIF:
      return ({ packet }) => packet.place.input?.ifIndex ?? 0;
    case NFT_META_OIF:
      return ({ packet }) => packet.place.output?.ifIndex ?? 0;
    case NFT_META_IIFTYPE:
      return ({ packet }) => (packet.place.input === undefined ? undefined : ARPHRD_ETHER);
    case NFT_META_OIFTYPE:
      return ({ packet }) => (packet.place.output === undefined ? undefined : ARPHRD_ETHER);
    case NFT_META_IIFGROUP:
      return ({ packet }) => packet.place.input?.group;
    case NFT_META_OIFGROUP:
      return ({ packet }) => packet.place.output?.group;
    case NFT_META_BRI_IIFPVID:
      return ({ packet }) => {
        const port = packet.place.input?.bridgePort;
        return port?.bridge.vlanFiltering === true ? port.vlans.pvid : undefined;
      };
    case NFT_META_BRI_IIFVPROTO:
      return ({ packet }) => {
        const bridge = bridgeAbove(packet.place.input)?.lower;
        if (bridge?.kind !== 'bridge' || !bridge.bridge.vlanFiltering) return undefined;
        return swapped(bridge.bridge.vlanProtocol);
      };
    default:
      return undefined;
  }
}

/** Keys whose value is a name. */
function nameOf(key: number): ((run: Evaluation) => string | undefined) | undefined {
  switch (key) {
    case NFT_META_IIFNAME:
      return ({ packet }) => packet.place.input?.name ?? '';
    case NFT_META_OIFNAME:
      return ({ packet }) => packet.place.output?.name ?? '';
    case NFT_META_BRI_IIFNAME:
      return ({ packet }) => bridgeAbove(packet.place.input)?.name ?? '';
    case NFT_META_BRI_OIFNAME:
      return ({ packet }) => bridgeAbove(packet.place.output)?.name ?? '';
    case NFT_META_IIFKIND:
      return ({ packet }) => kindOf(packet.place.input);
    case NFT_META_OIFKIND:
      return ({ packet }) => kindOf(packet.place.output);
    case NFT_META_SDIFNAME:
      return () => '';
    default:
      return undefined;
  }
}

/** nft_meta_get_bridge(): the bridge of a port, or the bridge itself. */
function bridgeAbove(netDevice: NetDevice | undefined): NetDevice | undefined {
  if (netDevice === undefined) return undefined;
  return bridgeOf(netDevice) === undefined ? netDevice.bridgePort?.bridge.netDevice : netDevice;
}

/** rtnl_link_ops->kind; a port of a device has none. */
const kindOf = (netDevice: NetDevice | undefined): string | undefined =>
  netDevice === undefined || netDevice.lower.kind === 'port' ? undefined : netDevice.lower.kind;

const swapped = (value: number): number => ((value & 0xff) << 8) | (value >> 8);

/** strscpy_pad(). */
function storeName(run: Evaluation, word: number, name: string): void {
  run.registers.fill(0, word * WORD, word * WORD + IFNAMSIZ);
  run.registers.set(asciiBytes(name).subarray(0, IFNAMSIZ - 1), word * WORD);
}

/** nft_meta_set_eval(). */
export function metaSetOperation(around: PathSurroundings, { source, key }: Of<'meta-set'>): Operation {
  const { parts } = around;
  if (!parts.writesMeta(key)) return () => undefined;
  switch (key) {
    case NFT_META_MARK:
      return (run) => {
        run.packet.mark = run.number(source);
      };
    case NFT_META_PRIORITY:
      return (run) => {
        run.packet.priority = run.number(source);
      };
    case NFT_META_PKTTYPE:
      return (run) => {
        const { packet } = run;
        const type = run.registers[source * WORD] ?? 0;
        // skb_pkt_type_ok().
        if (type > PACKET_OTHERHOST || packet.packetType > PACKET_OTHERHOST || packet.packetType === type) return;
        packet.packetType = type;
        packet.isTypeSet = true;
      };
    case NFT_META_NFTRACE:
      return (run) => {
        const { packet } = run;
        packet.isTraced = run.registers[source * WORD] !== 0;
        if (packet.traceId === 0) packet.traceId = Math.max(1, around.random());
      };
    default:
      return () => undefined;
  }
}
