/** Every option of ethtool up to 6.11, and what it is called here: data for `nettool migrate`, for the table of the documentation, and for its test. */

/** How a word behind an option becomes an assignment. */
export interface ParameterRow {
  /** As ethtool spells it. */
  readonly word: string;
  /** `rings.rx`. */
  readonly key: string;
  /** `value`: as it is; `names`: the words up to the next parameter, with their on and off; others are conversions of their own. */
  readonly form?: 'value' | 'wol-letters' | 'link-modes' | 'fec-encodings' | 'hfunc' | 'port' | 'tcp-data-split';
}

export type OptionForm =
  | { readonly kind: 'show'; readonly subjects: readonly string[] }
  | { readonly kind: 'set'; readonly parameters: readonly ParameterRow[] }
  /** `NAME on|off …`. */
  | { readonly kind: 'switches'; readonly subject: string }
  | { readonly kind: 'ntuple' | 'show-ntuple' }
  | { readonly kind: 'run'; readonly action: string; readonly words?: Readonly<Record<string, string>> }
  | { readonly kind: 'watch' }
  /** Has no equal here, for this reason. */
  | { readonly kind: 'none'; readonly reason: string };

export interface OptionRow {
  /** All spellings; the first is the usual one. */
  readonly options: readonly string[];
  readonly title: string;
  readonly form: OptionForm;
  /** Words behind it that have no equal as they are, each with the reason. */
  readonly without?: Readonly<Record<string, string>>;
}

const show = (...subjects: readonly string[]): OptionForm => ({ kind: 'show', subjects });
const none = (reason: string): OptionForm => ({ kind: 'none', reason });
const parameters = (
  subject: string,
  words: readonly (string | readonly [word: string, key: string])[],
): OptionForm => ({
  kind: 'set',
  parameters: words.map((word) =>
    typeof word === 'string' ? { word, key: `${subject}.${word}` } : { word: word[0], key: `${subject}.${word[1]}` },
  ),
});

const COALESCE_WORDS: readonly (string | readonly [string, string])[] = [
  'adaptive-rx',
  'adaptive-tx',
  'rx-usecs',
  'rx-frames',
  'rx-usecs-irq',
  'rx-frames-irq',
  'tx-usecs',
  'tx-frames',
  'tx-usecs-irq',
  'tx-frames-irq',
  'stats-block-usecs',
  'pkt-rate-low',
  'rx-usecs-low',
  'rx-frames-low',
  'tx-usecs-low',
  'tx-frames-low',
  'pkt-rate-high',
  'rx-usecs-high',
  'rx-frames-high',
  'tx-usecs-high',
  'tx-frames-high',
  'sample-interval',
  'cqe-mode-rx',
  'cqe-mode-tx',
];

const REGISTERS = 'registers and memory of a device are for its driver’s author; their layout is private';
const POWER = 'what feeds a cable is of switches with power supplies, and stays with ethtool';
const TUNABLE = 'tunables have no netlink message and are numbered by the driver';

export const ETHTOOL_OPTIONS: readonly OptionRow[] = [
  { options: [''], title: 'a summary of the device', form: show('modes', 'port', 'state', 'wol', 'messages') },
  {
    options: ['-s', '--change'],
    title: 'link settings, wake on LAN, messages',
    without: {
      msglvl: 'each class of messages is a key by its name, messages.hw=on',
      xcvr: 'the kernel has no transceivers to choose from any more',
    },
    form: {
      kind: 'set',
      parameters: [
        { word: 'speed', key: 'modes.speed' },
        { word: 'lanes', key: 'modes.lanes' },
        { word: 'duplex', key: 'modes.duplex' },
        { word: 'port', key: 'port.port', form: 'port' },
        { word: 'mdix', key: 'port.mdix' },
        { word: 'autoneg', key: 'modes.autoneg' },
        { word: 'advertise', key: 'modes.advertise', form: 'link-modes' },
        { word: 'phyad', key: 'port.phyaddr' },
        { word: 'wol', key: 'wol.modes', form: 'wol-letters' },
        { word: 'sopass', key: 'wol.sopass' },
        { word: 'master-slave', key: 'modes.master-slave' },
      ],
    },
  },
  { options: ['-a', '--show-pause'], title: 'flow control', form: show('pause') },
  { options: ['-A', '--pause'], title: 'change flow control', form: parameters('pause', ['autoneg', 'rx', 'tx']) },
  { options: ['-c', '--show-coalesce'], title: 'coalescing', form: show('coalesce') },
  { options: ['-C', '--coalesce'], title: 'change coalescing', form: parameters('coalesce', COALESCE_WORDS) },
  { options: ['-g', '--show-ring'], title: 'rings', form: show('rings') },
  {
    options: ['-G', '--set-ring'],
    title: 'change rings',
    form: parameters('rings', [
      'rx',
      'rx-mini',
      'rx-jumbo',
      'tx',
      'rx-buf-len',
      'cqe-size',
      'tx-push',
      'rx-push',
      'tcp-data-split',
      'tx-push-buf-len',
    ]),
  },
  { options: ['-k', '--show-features', '--show-offload'], title: 'features', form: show('features') },
  {
    options: ['-K', '--features', '--offload'],
    title: 'change features',
    form: { kind: 'switches', subject: 'features' },
  },
  { options: ['-i', '--driver'], title: 'driver', form: show('driver') },
  { options: ['-d', '--register-dump'], title: 'registers', form: none(REGISTERS) },
  { options: ['-e', '--eeprom-dump'], title: 'EEPROM', form: none(REGISTERS) },
  { options: ['-E', '--change-eeprom'], title: 'change the EEPROM', form: none(REGISTERS) },
  { options: ['-r', '--negotiate'], title: 'negotiate again', form: { kind: 'run', action: 'negotiate' } },
  { options: ['-p', '--identify'], title: 'blink', form: { kind: 'run', action: 'identify' } },
  {
    options: ['-t', '--test'],
    title: 'self-test',
    form: { kind: 'run', action: 'self-test', words: { online: '0', offline: '1', external_lb: '4' } },
  },
  {
    options: ['-S', '--statistics'],
    title: 'counters; with --all-groups those of the standards',
    form: show('private-statistics'),
  },
  {
    options: ['--phy-statistics'],
    title: 'counters of the PHY',
    form: none('they are in no netlink message that every kernel has'),
  },
  {
    options: ['-n', '-u', '--show-nfc', '--show-ntuple'],
    title: 'n-tuple rules, and what the hash looks at',
    form: { kind: 'show-ntuple' },
  },
  {
    options: ['-N', '-U', '--config-nfc', '--config-ntuple'],
    title: 'change n-tuple rules, and what the hash looks at',
    form: { kind: 'ntuple' },
  },
  { options: ['-T', '--show-time-stamping'], title: 'timestamps', form: show('timestamps') },
  { options: ['-x', '--show-rxfh-indir', '--show-rxfh'], title: 'receive-side scaling', form: show('rss') },
  {
    options: ['-X', '--set-rxfh-indir', '--rxfh'],
    title: 'change receive-side scaling; equal and weight need the size of the table: write rss.table out',
    without: {
      equal: 'it needs the size of the table: rss.table=0,1,2,3 is written out',
      weight: 'it needs the size of the table: rss.table=0,1,2,3 is written out',
      default: 'the driver’s own table is not told: rss.table is written out',
      start: 'rss.table is written out',
      context: 'a context is a row: set DEV rss-contexts context=N table=…',
      delete: 'a context is a row: del DEV rss-contexts context=N',
      xfrm: 'what is done to the fields before they are hashed stays with ethtool',
    },
    form: {
      kind: 'set',
      parameters: [
        { word: 'hkey', key: 'rss.key' },
        { word: 'hfunc', key: 'rss.hfunc' },
      ],
    },
  },
  {
    options: ['-f', '--flash'],
    title: 'flash firmware',
    form: { kind: 'run', action: 'flash' },
  },
  { options: ['-P', '--show-permaddr'], title: 'permanent address', form: show('link') },
  {
    options: ['-w', '--get-dump'],
    title: 'dump of the firmware',
    form: none('devlink health has dumps, with names for what is in them'),
  },
  {
    options: ['-W', '--set-dump'],
    title: 'kind of dump',
    form: none('devlink health has dumps, with names for what is in them'),
  },
  { options: ['-l', '--show-channels'], title: 'channels', form: show('channels') },
  {
    options: ['-L', '--set-channels'],
    title: 'change channels',
    form: parameters('channels', ['rx', 'tx', 'other', 'combined']),
  },
  { options: ['--show-priv-flags'], title: 'flags of the driver', form: show('private-flags') },
  {
    options: ['--set-priv-flags'],
    title: 'change flags of the driver',
    form: { kind: 'switches', subject: 'private-flags' },
  },
  {
    options: ['-m', '--dump-module-eeprom', '--module-info'],
    title: 'memory of a module',
    form: none('what is in it is decoded by page and by standard; show module tells its power'),
  },
  { options: ['--show-eee'], title: 'energy-efficient Ethernet', form: show('eee') },
  {
    options: ['--set-eee'],
    title: 'change energy-efficient Ethernet',
    form: {
      kind: 'set',
      parameters: [
        { word: 'eee', key: 'eee.enabled' },
        { word: 'advertise', key: 'eee.advertise', form: 'link-modes' },
        { word: 'tx-lpi', key: 'eee.tx-lpi' },
        { word: 'tx-timer', key: 'eee.tx-timer' },
      ],
    },
  },
  { options: ['--set-phy-tunable'], title: 'tunables of the PHY', form: none(TUNABLE) },
  { options: ['--get-phy-tunable'], title: 'tunables of the PHY', form: none(TUNABLE) },
  { options: ['--get-tunable'], title: 'tunables', form: none(TUNABLE) },
  { options: ['--set-tunable'], title: 'tunables', form: none(TUNABLE) },
  {
    options: ['--reset'],
    title: 'reset components',
    form: { kind: 'run', action: 'reset', words: { flags: '', all: '0xffffffff' } },
  },
  { options: ['--show-fec'], title: 'forward error correction', form: show('fec') },
  {
    options: ['--set-fec'],
    title: 'change forward error correction',
    form: { kind: 'set', parameters: [{ word: 'encoding', key: 'fec.modes', form: 'fec-encodings' }] },
  },
  {
    options: ['-Q', '--per-queue'],
    title: 'coalescing of one queue',
    form: none('the kernel has no netlink message for one queue'),
  },
  { options: ['--cable-test'], title: 'cable test', form: { kind: 'run', action: 'cable-test' } },
  { options: ['--cable-test-tdr'], title: 'reflections of the cable', form: { kind: 'run', action: 'cable-test-tdr' } },
  {
    options: ['--show-tunnels'],
    title: 'tunnels that are offloaded',
    form: none('it is a table of ports by type; show features tells which tunnels are'),
  },
  { options: ['--show-module'], title: 'power of a module', form: show('module') },
  {
    options: ['--set-module'],
    title: 'change the power of a module',
    form: parameters('module', ['power-mode-policy']),
  },
  {
    options: ['--flash-module-firmware'],
    title: 'write the firmware of a module',
    form: { kind: 'run', action: 'module-flash', words: { file: '', pass: '' } },
  },
  { options: ['--get-plca-cfg'], title: 'turns of a shared cable (PLCA)', form: show('plca') },
  {
    options: ['--set-plca-cfg'],
    title: 'change the turns',
    form: {
      kind: 'set',
      parameters: [
        { word: 'enable', key: 'plca.enabled' },
        ...['node-id', 'node-cnt', 'to-tmr', 'burst-cnt', 'burst-tmr'].map((word) => ({ word, key: `plca.${word}` })),
      ],
    },
  },
  { options: ['--get-plca-status'], title: 'whether turns are kept', form: show('plca-status') },
  { options: ['--show-mm'], title: 'frame pre-emption', form: show('mac-merge') },
  {
    options: ['--set-mm'],
    title: 'change frame pre-emption',
    form: {
      kind: 'set',
      parameters: [
        { word: 'verify-enabled', key: 'mac-merge.verify' },
        { word: 'verify-time', key: 'mac-merge.verify-time' },
        { word: 'tx-enabled', key: 'mac-merge.tx' },
        { word: 'pmac-enabled', key: 'mac-merge.pmac' },
        { word: 'tx-min-frag-size', key: 'mac-merge.tx-min-frag-size' },
      ],
    },
  },
  { options: ['--show-pse'], title: 'power over the cable', form: none(POWER) },
  { options: ['--set-pse'], title: 'change power over the cable', form: none(POWER) },
  { options: ['--monitor'], title: 'announcements', form: { kind: 'watch' } },
];
