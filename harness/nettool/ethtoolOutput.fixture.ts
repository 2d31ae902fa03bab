/** What ethtool 6.1 prints, as the keys of nettool: for the test that runs both on the same device. */

export type Printed = Readonly<Record<string, string>>;

/** `NAME: VALUE` lines; a value that the device does not have is left out. */
function lines(text: string): readonly (readonly [string, string])[] {
  return text.split('\n').flatMap((line): (readonly [string, string])[] => {
    const [, name = '', value = ''] = /^\s*([^:]+):\s*(.*?)\s*$/.exec(line) ?? [];
    return name === '' || value === 'n/a' ? [] : [[name.trim(), value]];
  });
}

const byName = (
  names: Readonly<Record<string, string>>,
  text: string,
  written: (value: string) => string = (value) => value.toLowerCase(),
): Printed =>
  Object.fromEntries(
    lines(text).flatMap(([name, value]) => (names[name] === undefined ? [] : [[names[name], written(value)]])),
  );

/** What stands behind "Current hardware settings". */
const current = (text: string): string => text.split('Current hardware settings:')[1] ?? '';

const RING_NAMES = {
  RX: 'rx',
  'RX Mini': 'rx-mini',
  'RX Jumbo': 'rx-jumbo',
  TX: 'tx',
  'RX Buf Len': 'rx-buf-len',
  'CQE Size': 'cqe-size',
  'TX Push': 'tx-push',
  'TCP data split': 'tcp-data-split',
};
const CHANNEL_NAMES = { RX: 'rx', TX: 'tx', Other: 'other', Combined: 'combined' };
const PAUSE_NAMES = { Autonegotiate: 'autoneg', RX: 'rx', TX: 'tx' };
const DRIVER_NAMES = { driver: 'driver', version: 'version', 'firmware-version': 'firmware', 'bus-info': 'bus' };

function coalesce(text: string): Printed {
  const printed: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const [, rx, tx] = /^Adaptive RX: (\S+)\s+TX: (\S+)/.exec(line) ?? [];
    const [, cqeRx, cqeTx] = /^CQE mode RX: (\S+)\s+TX: (\S+)/.exec(line) ?? [];
    const both = { 'adaptive-rx': rx, 'adaptive-tx': tx, 'cqe-mode-rx': cqeRx, 'cqe-mode-tx': cqeTx };
    for (const [key, value] of Object.entries(both)) if (value !== undefined && value !== 'n/a') printed[key] = value;
  }
  for (const [name, value] of lines(text)) {
    // ethtool prints rx-frame-low and takes rx-frames-low.
    if (/^\d+$/.test(value)) printed[name.replace('-frame-', '-frames-')] = value;
  }
  return printed;
}

function features(text: string): Printed {
  const printed: Record<string, string> = {};
  for (const [name, value] of lines(text)) {
    const [state = ''] = value.split(' ');
    if (state === 'on' || state === 'off') printed[name] = state;
  }
  return printed;
}

const PORTS: Readonly<Record<string, string>> = { 'Twisted Pair': 'tp', Other: 'other', None: 'none', FIBRE: 'fibre' };

/** The summary; what several subjects have. */
function summary(text: string): Printed {
  const printed: Record<string, string> = {};
  for (const [name, value] of lines(text)) {
    if (name === 'Speed') printed['modes.speed'] = value === 'Unknown!' ? 'unknown' : value.replace('Mb/s', '');
    if (name === 'Duplex') printed['modes.duplex'] = value.startsWith('Unknown') ? 'unknown' : value.toLowerCase();
    if (name === 'Auto-negotiation') printed['modes.autoneg'] = value;
    if (name === 'Port') printed['port.port'] = PORTS[value] ?? value;
    if (name === 'PHYAD') printed['port.phyaddr'] = value;
    if (name === 'Transceiver') printed['port.transceiver'] = value;
    if (name === 'Link detected') printed['state.link'] = value.startsWith('yes') ? 'on' : 'off';
  }
  return printed;
}

function timestamps(text: string): Printed {
  const [, block = ''] = /Capabilities:\n((?:\t\S.*\n)*)/.exec(text) ?? [];
  const names = block.split('\n').flatMap((line) => /^\t(\S+)/.exec(line)?.[1] ?? []);
  return { capabilities: names.sort().join(',') };
}

function counters(text: string): Printed {
  return Object.fromEntries(lines(text).filter(([, value]) => /^\d+$/.test(value)));
}

function permanentAddress(text: string): Printed {
  const [, address] = /Permanent address: ([0-9a-f:]{17})/.exec(text) ?? [];
  return address === undefined ? {} : { 'permanent-address': address };
}

/** By the usual option; the keys are those of the option's one subject, or `SUBJECT.KEY` where it has several. */
export const ETHTOOL_OUTPUT: Readonly<Record<string, (text: string) => Printed>> = {
  '': summary,
  '-a': (text) => byName(PAUSE_NAMES, text),
  '-c': coalesce,
  '-g': (text) => byName(RING_NAMES, current(text)),
  '-k': features,
  '-i': (text) => byName(DRIVER_NAMES, text, (value) => value),
  '-S': counters,
  '-T': timestamps,
  '-P': permanentAddress,
  '-l': (text) => byName(CHANNEL_NAMES, current(text)),
};

/** Options whose output is compared nowhere, with the reason. */
export const NOT_COMPARED: Readonly<Record<string, string>> = {
  '-x': 'no device of this test has a receive hash; the lab has',
  '--show-priv-flags': 'no device of this test has flags of its own; the lab has',
  '--show-eee': 'no device of this test has energy-efficient Ethernet; the lab has',
  '--show-fec': 'no device of this test has forward error correction; the lab has',
  '--show-module': 'no device of this test has a module',
  '--show-mm': 'no device of this test has frames that others may interrupt',
  '--get-plca-cfg': 'no device of this test has a PHY of 10BASE-T1S',
  '--get-plca-status': 'no device of this test has a PHY of 10BASE-T1S',
};
