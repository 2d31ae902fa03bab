/** Every subject there is. */
import { ETHTOOL_OPERATIONS, type EthtoolOperation } from '../../netlink/families/ethtool.js';
import { DEVICE_SUBJECTS } from './deviceSubjects.js';
import { DEVLINK_CHIP_SUBJECTS } from './devlinkChipSubjects.js';
import { DEVLINK_SUBJECTS } from './devlinkSubjects.js';
import { ETHTOOL_SUBJECTS } from './ethtoolSubjects.js';
import { IOCTL_SUBJECTS } from './ioctlSubjects.js';
import { LINK_SUBJECTS } from './linkSubjects.js';
import type { KeySpec, SubjectSpec } from './subject.js';

const operations: Readonly<Record<string, EthtoolOperation>> = ETHTOOL_OPERATIONS;

/** An operation of the ethtool family; undefined for one that the codec does not know. */
export const operationCalled = (name: string | undefined): EthtoolOperation | undefined =>
  name === undefined || !Object.hasOwn(operations, name) ? undefined : operations[name];

/** A subject whose operation the codec does not know is not offered; one that cannot be changed has only keys to read. */
function offered(subject: SubjectSpec): SubjectSpec[] {
  if (subject.get === undefined) return [subject];
  if (operationCalled(subject.get) === undefined) return [];
  if (subject.set !== undefined && operationCalled(subject.set) !== undefined) return [subject];
  return [{ ...subject, keys: subject.keys.map((key) => ({ ...key, access: 'read' })) }];
}

export const SUBJECTS: readonly SubjectSpec[] = [
  ...LINK_SUBJECTS,
  ...DEVICE_SUBJECTS,
  ...ETHTOOL_SUBJECTS,
  ...IOCTL_SUBJECTS,
  ...DEVLINK_SUBJECTS,
  ...DEVLINK_CHIP_SUBJECTS,
].flatMap(offered);

const byName: ReadonlyMap<string, SubjectSpec> = new Map(SUBJECTS.map((subject) => [subject.name, subject]));

export const subjectCalled = (name: string): SubjectSpec | undefined => byName.get(name);

export const keyCalled = (subject: SubjectSpec, key: string): KeySpec | undefined =>
  subject.shape === 'named'
    ? subject.keys[0] && { ...subject.keys[0], key }
    : subject.keys.find((spec) => spec.key === key);

export type { ChannelName, KeySpec, SubjectSpec } from './subject.js';
