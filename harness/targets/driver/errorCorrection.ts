/** Forward error correction of a port: whether there is any, and how it is put back. */
import { bitChanges, decodeBits } from '../../../reference-impl/netlink/bitset.js';
import type { EthtoolClient } from '../../../reference-impl/netlink/ethtoolClient.js';
import { nestIn, numberIn, type Values } from '../../../reference-impl/netlink/schema.js';
import { LINK_MODE_NAMES } from '../../../reference-impl/netlink/stringSets.js';
import type { CapabilityAnswer, CapabilityAnswers } from '../../contract/index.js';
import type { PortAspect, required, State } from './portState.js';

/** ETHTOOL_FEC_OFF, by its name among the link modes. */
const OFF = 'None';

const modesIn = (reply: Values): readonly string[] =>
  [...decodeBits(nestIn(reply, 'ETHTOOL_A_FEC_MODES'), LINK_MODE_NAMES).set].sort();

/** ETHTOOL_FEC_NONE, which a driver reports that has no error correction, is a reply without modes. */
const isNone = (reply: Values): boolean => modesIn(reply).length === 0 && numberIn(reply, 'ETHTOOL_A_FEC_AUTO') !== 1;

/**
 * A driver that reports that it has none is asked to switch it off, which where it has some is as before. netdevsim begins with none and
 * takes every mode all the same. There is no request by which it would report none again.
 */
export async function errorCorrectionAnswers(
  ethtool: EthtoolClient,
  netDevice: string,
  driver: string,
): Promise<CapabilityAnswers> {
  const reply = await ethtool.call('FEC_GET', netDevice);
  if (!reply.ok || !isNone(reply.value)) return {};
  const absent = (reason: string): CapabilityAnswers => {
    const fec: CapabilityAnswer = { present: false, reason };
    return { fec };
  };
  const off = await ethtool.call('FEC_SET', netDevice, { ETHTOOL_A_FEC_MODES: bitChanges({ [OFF]: true }) });
  if (!off.ok)
    return absent(
      `The driver ${driver} reports ETHTOOL_FEC_NONE, and refuses ETHTOOL_FEC_OFF: ${off.error.errnoName}.`,
    );
  const now = await ethtool.call('FEC_GET', netDevice);
  return now.ok && modesIn(now.value).join() === OFF
    ? {}
    : absent(`The driver ${driver} reports ETHTOOL_FEC_NONE, also when it is switched off.`);
}

/** None at all cannot be asked for, and is off. */
export const errorCorrection = (how: { readonly required: typeof required }): PortAspect => ({
  name: 'error correction',
  async read({ ethtool, netDevice }) {
    const reply = await ethtool.call('FEC_GET', netDevice);
    if (!reply.ok) return null;
    const modes = isNone(reply.value) ? [OFF] : modesIn(reply.value);
    return { modes: modes.join(' '), auto: numberIn(reply.value, 'ETHTOOL_A_FEC_AUTO') ?? 0 };
  },
  async restore({ ethtool, netDevice }, was, now) {
    const listed = (state: State): string[] => String(state['modes']).split(' ').filter(Boolean);
    const [before, after] = [listed(was), listed(now)];
    const changes = Object.fromEntries([...before, ...after].map((mode) => [mode, before.includes(mode)]));
    how.required(
      'restoring the error correction',
      await ethtool.call('FEC_SET', netDevice, {
        ETHTOOL_A_FEC_MODES: bitChanges(changes),
        ETHTOOL_A_FEC_AUTO: Number(was['auto']),
      }),
    );
  },
});
