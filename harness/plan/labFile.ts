/** What a lab is asked to run: its devices, into how many shards each is cut, and where an engine finds machines for them. */
import { readFileSync } from 'node:fs';
import { Ajv, type JSONSchemaType } from 'ajv';
import { parse } from 'yaml';
import { RUN_DEFAULTS } from '../runner/repeatCommand.js';
import { profileNamed, type Spec } from '../runner/spec.js';
import { UsageError } from '../runner/usage.js';
import { parseTargetName } from '../targets/index.js';

/** A device of the lab, with what was left out filled in. */
export interface LabDevice {
  /** A DNS label: jobs and folders are called so. */
  readonly name: string;
  readonly target: string;
  readonly profile: string;
  readonly shards: number;
  readonly seeds: readonly number[];
  /** Cases that each law tries. */
  readonly runs: number;
  readonly only: readonly string[];
  readonly kubernetes: { readonly nodeSelector: Readonly<Record<string, string>>; readonly privileged: boolean };
  readonly lava: { readonly deviceType: string; readonly tags: readonly string[] };
}

export interface Lab {
  /** Container image in which `nicspec` is a command. */
  readonly image: string;
  readonly hours: number;
  readonly kubernetes: { readonly namespace: string; readonly claim: string };
  readonly lava: {
    /** Shards are put there with HTTP PUT. */
    readonly results: string;
    readonly visibility: 'public' | 'personal' | { readonly group: readonly string[] };
    readonly priority: 'high' | 'medium' | 'low';
    /** Deploy and boot of the lab's machines; default: the image, with LAVA's own docker method. */
    readonly actions: readonly Readonly<Record<string, object>>[] | null;
  };
  readonly devices: readonly LabDevice[];
}

type Written = Partial<Omit<Lab, 'kubernetes' | 'lava' | 'devices'>> & {
  readonly image: string;
  readonly kubernetes?: Partial<Lab['kubernetes']>;
  readonly lava?: Partial<Lab['lava']>;
  readonly devices: readonly (Partial<Omit<LabDevice, 'kubernetes' | 'lava'>> & {
    readonly name: string;
    readonly target: string;
    readonly profile: string;
    readonly kubernetes?: Partial<LabDevice['kubernetes']>;
    readonly lava?: Partial<LabDevice['lava']>;
  })[];
};

const text = { type: 'string', minLength: 1 } as const;
const texts = { type: 'array', items: text } as const;
const count = { type: 'integer', minimum: 1 } as const;
const closed = (required: readonly string[], properties: object): object => ({
  type: 'object',
  required,
  properties,
  additionalProperties: false,
});

const DEVICE = closed(['name', 'target', 'profile'], {
  name: { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$' },
  target: text,
  profile: text,
  shards: { ...count, maximum: 1000 },
  seeds: { type: 'array', items: { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }, minItems: 1 },
  runs: count,
  only: texts,
  kubernetes: closed([], {
    nodeSelector: { type: 'object', additionalProperties: text },
    privileged: { type: 'boolean' },
  }),
  lava: closed([], { deviceType: text, tags: texts }),
});

const LAB = closed(['image', 'devices'], {
  image: text,
  hours: count,
  kubernetes: closed([], { namespace: text, claim: text }),
  lava: closed([], {
    results: { type: 'string', pattern: '^https?://' },
    visibility: { anyOf: [{ enum: ['public', 'personal'] }, closed(['group'], { group: texts })] },
    priority: { enum: ['high', 'medium', 'low'] },
    actions: { type: 'array', items: { type: 'object', minProperties: 1, maxProperties: 1 } },
  }),
  devices: { type: 'array', items: DEVICE, minItems: 1 },
});

const validate = new Ajv().compile(LAB as JSONSchemaType<object>);

/** @throws UsageError with the place and what is wrong there. */
export function readLab(file: string, spec: Spec): Lab {
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!validate(content)) {
    const [error] = validate.errors ?? [];
    const extra: unknown = error?.params.additionalProperty;
    const named = typeof extra === 'string' ? ` (${extra})` : '';
    throw new UsageError(`${file}: ${error?.instancePath ?? ''} ${error?.message ?? 'has another form'}${named}`);
  }
  // The schema has just been held against it.
  const lab = filledIn(content as Written);
  for (const { name, target, profile } of lab.devices) {
    parseTargetName(target);
    profileNamed(spec, profile);
    if (lab.devices.filter((device) => device.name === name).length > 1)
      throw new UsageError(`${file}: two devices are called ${name}`);
  }
  return lab;
}

function filledIn({ image, hours = 4, kubernetes = {}, lava = {}, devices }: Written): Lab {
  return {
    image,
    hours,
    kubernetes: { namespace: 'default', claim: 'nicspec-results', ...kubernetes },
    lava: { results: '', visibility: 'public', priority: 'medium', actions: null, ...lava },
    devices: devices.map(
      ({
        name,
        shards = 1,
        seeds = [RUN_DEFAULTS.seed],
        runs = RUN_DEFAULTS.runs,
        only = [],
        ...device
      }): LabDevice => ({
        ...device,
        ...{ name, shards, seeds, runs, only },
        kubernetes: { nodeSelector: {}, privileged: false, ...device.kubernetes },
        lava: { deviceType: 'docker', tags: [], ...device.lava },
      }),
    ),
  };
}
