/** index.json of a registry: what its pages say, for programs. */
import { badgeName, currentOf, type RefusedBundle, type RegisteredCertificate, type Registry } from './registry.js';

export interface RegistryIndex {
  readonly format: 1;
  readonly title: string;
  readonly builtAt: string;
  readonly devices: readonly IndexedDevice[];
  readonly refused: readonly RefusedBundle[];
}

export interface IndexedDevice {
  readonly vendor: string;
  readonly model: string;
  readonly page: string;
  /** Of the newest certificate for each profile. */
  readonly levels: readonly { readonly profile: string; readonly level: string; readonly badge: string }[];
  readonly certificates: readonly IndexedCertificate[];
}

export interface IndexedCertificate {
  /** Path of the bundle in the site: the folder for `nicspec verify`. */
  readonly bundle: string;
  readonly profile: string;
  readonly level: string;
  readonly issuedAt: string;
  readonly driver: string;
  readonly firmware: string;
  readonly kernel: string;
  readonly nicspec: string;
  readonly specDigest: string;
  readonly challengeDrawnBy: string;
  readonly keyId: string;
  readonly isTrusted: boolean;
  readonly deviations: readonly { readonly requirement: string; readonly expires: string; readonly state: string }[];
}

export const indexOf = ({ title, builtAt, devices, refused }: Registry): RegistryIndex => ({
  format: 1,
  title,
  builtAt,
  devices: devices.map((device) => ({
    vendor: device.vendor,
    model: device.model,
    page: `devices/${device.slug}/index.html`,
    levels: currentOf(device).map(({ certification: { profile, level } }) => ({
      profile,
      level,
      badge: `devices/${device.slug}/${badgeName(profile)}`,
    })),
    certificates: device.certificates.map(indexed),
  })),
  refused,
});

function indexed({ copy, certification, keyId, isTrusted }: RegisteredCertificate): IndexedCertificate {
  const { profile, level, issuedAt, identity, nicspec, specDigest, challenge, deviations } = certification;
  const { device, kernel } = identity;
  return {
    bundle: copy,
    profile,
    level,
    issuedAt,
    driver: `${device.driver} ${device.driverVersion}`,
    firmware: device.firmwareVersion,
    kernel: `${kernel.name} ${kernel.release}`,
    nicspec,
    specDigest,
    challengeDrawnBy: challenge.drawnBy,
    keyId,
    isTrusted,
    deviations: deviations.map(({ requirement, expires, state }) => ({ requirement, expires, state })),
  };
}
