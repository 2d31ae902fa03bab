/** Names that stand for several features, as ethtool has had them since before the kernel named its bits (off_flag_def[]). */
export const FEATURE_GROUPS: Readonly<Record<string, RegExp>> = {
  rx: /^rx-checksum$/,
  'rx-checksumming': /^rx-checksum$/,
  tx: /^tx-checksum-/,
  'tx-checksumming': /^tx-checksum-/,
  sg: /^tx-scatter-gather/,
  'scatter-gather': /^tx-scatter-gather/,
  tso: /^tx-tcp.*-segmentation$/,
  'tcp-segmentation-offload': /^tx-tcp.*-segmentation$/,
  gso: /^tx-generic-segmentation$/,
  'generic-segmentation-offload': /^tx-generic-segmentation$/,
  gro: /^rx-gro$/,
  'generic-receive-offload': /^rx-gro$/,
  lro: /^rx-lro$/,
  'large-receive-offload': /^rx-lro$/,
  rxvlan: /^rx-vlan-hw-parse$/,
  'rx-vlan-offload': /^rx-vlan-hw-parse$/,
  txvlan: /^tx-vlan-hw-insert$/,
  'tx-vlan-offload': /^tx-vlan-hw-insert$/,
  ntuple: /^rx-ntuple-filter$/,
  'ntuple-filters': /^rx-ntuple-filter$/,
  rxhash: /^rx-hashing$/,
  'receive-hashing': /^rx-hashing$/,
};

/** The features that a name stands for among those that there are; itself, where it is no group. */
export function featuresMeant(name: string, known: readonly string[]): readonly string[] {
  const group = known.includes(name) ? undefined : FEATURE_GROUPS[name];
  return group === undefined ? [name] : known.filter((feature) => group.test(feature));
}
