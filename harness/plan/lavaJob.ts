/**
 * A job definition of LAVA (https://docs.lavasoftware.org/lava/): one machine of the device's type a shard, as a MultiNode job, in which
 * a machine's place among them is its shard.
 */
import { UsageError } from '../runner/usage.js';
import type { Lab } from './labFile.js';
import { shardCommand, shardFolder, type PlannedRun } from './shardCommand.js';

const ROLE = 'shard';
const BOOT_MINUTES = 15;

/** A member of a job, as LAVA's schema names it. */
export type LavaJob = Readonly<Record<string, unknown>>;

/** @throws UsageError if the lab does not say where results go. */
export function lavaJob(lab: Lab, run: PlannedRun): LavaJob {
  const { hours, lava } = lab;
  const { device, name } = run;
  if (lava.results === '')
    throw new UsageError('lava.results of the lab must say where the shards are put: an address for HTTP PUT');
  const isMulti = device.shards > 1;
  const role = isMulti ? { role: [ROLE] } : {};
  const actions = (lava.actions ?? dockerActions(lab)).map((action) =>
    Object.fromEntries(Object.entries(action).map(([kind, members]) => [kind, { ...members, ...role }])),
  );
  const test = { timeout: { hours }, ...role, definitions: [testDefinition(lab, run)] };
  const { deviceType, tags } = device.lava;
  const machine = { device_type: deviceType, ...(tags.length === 0 ? {} : { tags }) };
  return {
    job_name: name,
    visibility: lava.visibility,
    priority: lava.priority,
    // A job may wait for machines; its own time begins when it has them. What it does first takes time of its own.
    timeouts: { job: { hours: hours + 1 }, action: { minutes: BOOT_MINUTES }, connection: { minutes: BOOT_MINUTES } },
    ...(isMulti
      ? { protocols: { 'lava-multinode': { roles: { [ROLE]: { ...machine, count: device.shards } } } } }
      : machine),
    metadata: { nicspec: { device: device.name, profile: device.profile, seed: run.seed, shards: device.shards } },
    actions: [...actions, { test }],
  };
}

const dockerActions = ({ image }: Lab): readonly Readonly<Record<string, object>>[] => [
  { deploy: { to: 'docker', os: 'debian', image: { name: image, local: false }, timeout: { minutes: BOOT_MINUTES } } },
  { boot: { method: 'docker', command: 'sh', prompts: ['# '], timeout: { minutes: BOOT_MINUTES } } },
];

/** The place of this machine in the group, in the order that all of them see. */
const PLACE = `shard=$(lava-group ${ROLE} | sort | grep -nxF "$(lava-self)" | cut -d: -f1)`;

function testDefinition({ lava }: Lab, run: PlannedRun): object {
  const { device, name } = run;
  const archive = `${name}-${shardFolder('$shard')}.tar.gz`;
  // In a shell of its own: an exit of it is no exit of LAVA's. As a condition: LAVA's script ends at the first command that fails.
  const ran = ['if (', ...shardCommand(run, '$shard', shardFolder('$shard')), ')'].join('\n');
  const outcome = (result: string): string => `lava-test-case "nicspec-${shardFolder('$shard')}" --result ${result}`;
  const steps = [
    device.shards > 1 ? PLACE : 'shard=1',
    `${ran}; then ${outcome('pass')}; else ${outcome('fail')}; fi`,
    `tar -czf "${archive}" "${shardFolder('$shard')}"`,
    `lava-test-case "results-${shardFolder('$shard')}" --shell curl --fail --silent --show-error --upload-file "${archive}" "${lava.results.replace(/\/$/, '')}/${archive}"`,
  ];
  return {
    from: 'inline',
    name: 'nicspec',
    path: 'inline/nicspec.yaml',
    repository: {
      metadata: {
        format: 'Lava-Test Test Definition 1.0',
        name: 'nicspec',
        description: `${device.profile}, seed ${run.seed}, in ${device.shards} shards`,
      },
      run: { steps },
    },
  };
}
