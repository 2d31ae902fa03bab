/** `nettool schema`: all subjects and their keys, for programs. */
import { ACTIONS, DEVICE_KINDS, SUBJECTS } from '../../../reference-impl/nettool/index.js';

export function schemaDocument(): unknown {
  return {
    format: 1,
    subjects: SUBJECTS.map(({ name, title, shape, channel, get, set, keys, identity, announced }) => ({
      name,
      title,
      shape,
      channel,
      ...(get === undefined ? {} : { get: `ETHTOOL_MSG_${get}` }),
      ...(set === undefined ? {} : { set: `ETHTOOL_MSG_${set}` }),
      ...(announced === undefined ? {} : { announced }),
      ...(identity === undefined ? {} : { identity }),
      keys: keys.map(({ key, title: keyTitle, type, attribute, access, most, least }) => ({
        ...(key === '' ? {} : { key }),
        title: keyTitle,
        type,
        attribute,
        access,
        ...(most === undefined ? {} : { most }),
        ...(least === undefined ? {} : { least }),
      })),
    })),
    actions: ACTIONS.map(({ name, title, disrupts, arguments: words }) => ({
      name,
      title,
      disrupts,
      arguments: words.map(({ name: word, title: wordTitle, type, optional }) => ({
        name: word,
        title: wordTitle,
        type,
        optional: optional === true,
      })),
    })),
    kinds: DEVICE_KINDS.map(({ kind, title, subject, needs }) => ({
      kind,
      title,
      ...(subject === undefined ? {} : { subject }),
      needs,
    })),
  };
}
