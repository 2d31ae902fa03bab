/** An indexed Job of Kubernetes: one pod a shard, and the index of the pod is the shard. */
import type { IJob } from 'kubernetes-models/batch/v1/Job';
import { EXIT } from '../runner/judgeRun.js';
import type { Lab } from './labFile.js';
import { shardCommand, shardFolder, type PlannedRun } from './shardCommand.js';

const SECONDS_PER_HOUR = 3600;
const VOLUME = 'results';
const MOUNT = '/results';
/** A pod that was lost, or whose target was, may be tried so often again. */
const RETRIES = 2;

/**
 * What `kubectl apply -f` takes. A shard that fails does so alone; one that was used wrongly fails the Job, because the others are used
 * in the same way.
 */
export function kubernetesJob({ image, hours, kubernetes }: Lab, run: PlannedRun): IJob {
  const { device, name } = run;
  const { nodeSelector, privileged } = device.kubernetes;
  const labels = { 'app.kubernetes.io/name': 'nicspec', 'app.kubernetes.io/instance': name };
  const command = shardCommand(run, '$shard', `$NICSPEC_RESULTS/${name}/${shardFolder('$shard')}`);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: kubernetes.namespace, labels },
    spec: {
      completionMode: 'Indexed',
      completions: device.shards,
      parallelism: device.shards,
      backoffLimitPerIndex: RETRIES,
      activeDeadlineSeconds: hours * SECONDS_PER_HOUR,
      podFailurePolicy: {
        rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [EXIT.wrongUse] } }],
      },
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
          containers: [
            {
              name: 'nicspec',
              image,
              command: ['/bin/sh', '-c', ['shard=$((JOB_COMPLETION_INDEX + 1))', ...command].join('\n')],
              env: [{ name: 'NICSPEC_RESULTS', value: MOUNT }],
              ...(privileged ? { securityContext: { privileged: true } } : {}),
              volumeMounts: [{ name: VOLUME, mountPath: MOUNT }],
            },
          ],
          volumes: [{ name: VOLUME, persistentVolumeClaim: { claimName: kubernetes.claim } }],
        },
      },
    },
  };
}
