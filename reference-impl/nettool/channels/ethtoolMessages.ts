/** Requests of the ethtool family, and its answers. */
import { decodeBody, encodeBody, type NetlinkResult } from '../../netlink/client.js';
import { NETLINK_GENERIC, NLM_F_DUMP } from '../../netlink/constants.js';
import { ETHTOOL_GENL_NAME, ETHTOOL_GENL_VERSION, type EthtoolOperation } from '../../netlink/families/ethtool.js';
import { encodeAttributes, nestIn, numberIn, type Values } from '../../netlink/schema.js';
import { GENLMSGHDR } from '../../netlink/server.js';
import { NLMSG_HDRLEN, type Message } from '../../netlink/wire.js';
import { kernelRefusal, refused, type Outcome } from '../refusal.js';
import type { NettoolSession } from '../session.js';
import type { Wire } from '../step.js';

export const GENL_BYTES = 4;
export const ATTRIBUTES_AT = NLMSG_HDRLEN + GENL_BYTES;

export function ethtoolBody(operation: EthtoolOperation, header: Values, values: Values = {}): Uint8Array {
  const attributes = encodeAttributes(operation.set, { [operation.header]: header, ...values });
  return encodeBody(GENLMSGHDR, { cmd: operation.command, version: ETHTOOL_GENL_VERSION }, attributes);
}

export const byName = (device: string, flags = 0): Values => ({
  ETHTOOL_A_HEADER_DEV_NAME: device,
  ...(flags === 0 ? {} : { ETHTOOL_A_HEADER_FLAGS: flags }),
});

/** Asks for one device, and answers the attributes of the reply. */
export async function ask(
  session: NettoolSession,
  operation: EthtoolOperation,
  device: string,
  { flags = 0, values = {} }: { readonly flags?: number; readonly values?: Values } = {},
): Promise<Outcome<Values>> {
  const body = ethtoolBody(operation, byName(device, flags), values);
  const result = await send(session, body);
  if (!result.ok) return refused(kernelRefusal(session.parts.explains(result.error), { device }));
  const [reply] = result.value;
  return { ok: true, value: reply === undefined ? {} : decodeBody(GENLMSGHDR, operation.set, reply).values };
}

/** Asks for every device at once: the attributes by the index of the device. */
export async function askAll(
  session: NettoolSession,
  operation: EthtoolOperation,
  flags = 0,
  values: Values = {},
): Promise<Outcome<ReadonlyMap<number, Values>>> {
  const header: Values = flags === 0 ? {} : { ETHTOOL_A_HEADER_FLAGS: flags };
  const result = await send(session, ethtoolBody(operation, header, values), NLM_F_DUMP);
  if (!result.ok) return refused(kernelRefusal(session.parts.explains(result.error), {}));
  const replies = result.value.map((reply) => {
    const decoded = decodeBody(GENLMSGHDR, operation.set, reply).values;
    return [numberIn(nestIn(decoded, operation.header), 'ETHTOOL_A_HEADER_DEV_INDEX') ?? 0, decoded] as const;
  });
  return { ok: true, value: new Map(replies) };
}

async function send(session: NettoolSession, body: Uint8Array, flags = 0): Promise<NetlinkResult<readonly Message[]>> {
  const family = await session.pool.family(ETHTOOL_GENL_NAME);
  if (!family.ok) return family;
  return session.pool.read(NETLINK_GENERIC, { type: family.value.id, flags, body });
}

/** A change as it goes over the wire. */
export async function ethtoolWire(
  session: NettoolSession,
  operation: EthtoolOperation,
  header: Values,
  values: Values,
): Promise<Outcome<Wire>> {
  const family = await session.pool.family(ETHTOOL_GENL_NAME);
  if (!family.ok) return refused(kernelRefusal(family.error, {}));
  return {
    ok: true,
    value: {
      kind: 'netlink',
      protocol: NETLINK_GENERIC,
      type: family.value.id,
      family: ETHTOOL_GENL_NAME,
      body: ethtoolBody(operation, header, values),
      set: operation.set,
      headerBytes: GENL_BYTES,
    },
  };
}
