/** Health reporters: net/devlink/health.c. */
import type {
  DevlinkReporter,
  DevlinkReporterKey,
  DriverResult,
  Nanoseconds,
} from '../../../harness/contract/index.js';
import { numberIn, textIn, type Value, type Values } from '../../netlink/schema.js';
import { ECANCELED, EINVAL, EOPNOTSUPP, OK, refused } from '../errno.js';
import { refusal } from '../refusals.js';
import type { DevlinkKernel } from './devlinkKernel.js';
import type { DevlinkParts } from './devlinkParts.js';
import { formattedMessages } from './formattedMessage.js';
import { handleValues, type DevlinkInstance, type ReporterState } from './instance.js';
import {
  DONE,
  declined,
  replying,
  type DevlinkAnswer,
  type DevlinkOperations,
  type DevlinkReply,
  type DevlinkRequest,
} from './operations.js';
import { MILLISECOND } from '../../nanoseconds.js';

const NLM_F_ACK = 4;

/** devlink_nl_health_reporter_fill(). */
function reporterValues({ dumpMilliseconds }: DevlinkParts, instance: DevlinkInstance, state: ReporterState): Values {
  const { reporter, port, isError, errors, recoveries, gracefulPeriod, autoRecover, autoDump, dump } = state;
  return {
    ...handleValues(instance),
    ...(port === undefined ? {} : { DEVLINK_ATTR_PORT_INDEX: port }),
    DEVLINK_ATTR_HEALTH_REPORTER: {
      DEVLINK_ATTR_HEALTH_REPORTER_NAME: reporter.name,
      DEVLINK_ATTR_HEALTH_REPORTER_STATE: isError ? 1 : 0,
      DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT: errors,
      DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT: recoveries,
      ...(!reporter.can.includes('recover')
        ? {}
        : {
            DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD: gracefulPeriod,
            DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER: autoRecover ? 1 : 0,
          }),
      ...(dump === undefined
        ? {}
        : {
            DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS: dumpMilliseconds(dump.at),
            DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS_NS: dump.at,
          }),
      ...(!reporter.can.includes('dump') ? {} : { DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP: autoDump ? 1 : 0 }),
    },
  };
}

/** How the driver knows it. */
const keyOf = ({ reporter, port }: ReporterState): DevlinkReporterKey => ({
  name: reporter.name,
  ...(port === undefined ? {} : { port }),
});

/** All reporters of an instance: its own, then those of its ports. */
function reportersOf({ reporters, ports }: DevlinkInstance): readonly ReporterState[] {
  const indexes = [...ports.keys()].sort((one, other) => one - other);
  return [...reporters, ...indexes.flatMap((index) => ports.get(index)?.reporters ?? [])];
}

export const findReporter = (instance: DevlinkInstance, key: DevlinkReporterKey): ReporterState | undefined =>
  reportersOf(instance).find(({ reporter, port }) => reporter.name === key.name && port === key.port);

/** devlink_health_reporter_get_from_attrs(): a port that is not there is as if none was named. */
function reporterIn({ instance, values, port }: DevlinkRequest): ReporterState | undefined {
  const name = textIn(values, 'DEVLINK_ATTR_HEALTH_REPORTER_NAME');
  if (name === undefined) return undefined;
  return findReporter(instance, { name, ...(port === undefined ? {} : { port: port.index }) });
}

const announce = (devlink: DevlinkKernel, instance: DevlinkInstance, state: ReporterState): void =>
  devlink.tell(instance, 'HEALTH_REPORTER_RECOVER', reporterValues(devlink.parts, instance, state), state.port);

/** devlink_health_do_dump(): the first dump is kept until somebody clears it. */
async function takeDump(devlink: DevlinkKernel, { ops }: DevlinkInstance, state: ReporterState): Promise<DriverResult> {
  if (!state.reporter.can.includes('dump') || (state.dump !== undefined && devlink.parts.keepsDump)) return OK;
  const dump = await ops.health?.dump?.(keyOf(state));
  if (dump === undefined) return OK;
  if (!dump.ok) return dump;
  state.dump = { message: dump.value, at: timeOf(devlink) };
  return OK;
}

/** The kernel began before its first nanosecond: a time of 0 would be none. */
const timeOf = (devlink: DevlinkKernel): Nanoseconds => devlink.kernel.now;

/** devlink_health_reporter_recover(). */
async function recover(devlink: DevlinkKernel, instance: DevlinkInstance, state: ReporterState): Promise<DriverResult> {
  if (!state.isError) return devlink.parts.recoversHealthy ? OK : refused(EINVAL);
  const recovered = state.reporter.can.includes('recover')
    ? await instance.ops.health?.recover?.(keyOf(state))
    : undefined;
  if (recovered === undefined) return refused(EOPNOTSUPP);
  if (!recovered.ok) return recovered;
  state.recoveries += devlink.parts.recoveriesCounted;
  state.lastRecovery = timeOf(devlink);
  state.isError = false;
  announce(devlink, instance, state);
  return OK;
}

/** devlink_health_report(). */
export async function reportHealth(
  devlink: DevlinkKernel,
  instance: DevlinkInstance,
  state: ReporterState,
): Promise<DriverResult> {
  const { parts } = devlink;
  const wasError = state.isError;
  state.errors += parts.errorsCounted(wasError);
  state.isError = true;
  announce(devlink, instance, state);
  const isSoon =
    state.lastRecovery !== undefined &&
    parts.isGraceful(timeOf(devlink), state.lastRecovery, state.gracefulPeriod * MILLISECOND);
  const recovers = state.autoRecover || !parts.heedsAutoRecover;
  if (recovers && ((wasError && parts.heedsOpenError) || isSoon)) return refused(ECANCELED);
  if (state.autoDump || !parts.heedsAutoDump) await takeDump(devlink, instance, state);
  return recovers ? recover(devlink, instance, state) : OK;
}

/** devlink_health_reporter_state_update(). */
export function updateState(
  devlink: DevlinkKernel,
  instance: DevlinkInstance,
  state: ReporterState,
  to: 'healthy' | 'error',
): void {
  if (state.isError === (to === 'error')) return;
  state.isError = to === 'error';
  announce(devlink, instance, state);
}

/** devlink_nl_health_reporter_set_doit(): nothing is set where something is not there to be set. */
function setReporter(asked: DevlinkRequest): DevlinkAnswer {
  const { values } = asked;
  const state = reporterIn(asked);
  if (state === undefined) return refusal(EINVAL);
  const at = (name: string): Value | undefined => values[`DEVLINK_ATTR_HEALTH_REPORTER_${name}`];
  const { reporter } = state;
  const autoDumpFirst = numberIn(values, 'DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP');
  if (autoDumpFirst !== undefined && !asked.devlink.parts.checksReporterFirst) state.autoDump = autoDumpFirst !== 0;
  const isOfRecovery = at('GRACEFUL_PERIOD') !== undefined || at('AUTO_RECOVER') !== undefined;
  if (!reporter.can.includes('recover') && isOfRecovery) return refusal(EOPNOTSUPP);
  if (!reporter.can.includes('dump') && at('AUTO_DUMP') !== undefined) return refusal(EOPNOTSUPP);
  if (!asked.devlink.parts.keepsReporterSettings) return DONE;
  const period = at('GRACEFUL_PERIOD');
  if (typeof period === 'bigint') state.gracefulPeriod = period;
  const [autoRecover, autoDump] = ['AUTO_RECOVER', 'AUTO_DUMP'].map((name) =>
    numberIn(values, `DEVLINK_ATTR_HEALTH_REPORTER_${name}`),
  );
  if (autoRecover !== undefined) state.autoRecover = autoRecover !== 0;
  if (autoDump !== undefined) state.autoDump = autoDump !== 0;
  return DONE;
}

/** A request about one reporter, and what of it the driver must have. */
const withReporter =
  (
    has: DevlinkReporter['can'][number] | undefined,
    run: (state: ReporterState, asked: DevlinkRequest) => Promise<DevlinkAnswer> | DevlinkAnswer,
  ) =>
  (asked: DevlinkRequest): Promise<DevlinkAnswer> | DevlinkAnswer => {
    const state = reporterIn(asked);
    if (state === undefined) return refusal(EINVAL);
    return has !== undefined && !state.reporter.can.includes(has) ? refusal(EOPNOTSUPP) : run(state, asked);
  };

const finished = (result: DriverResult | undefined): DevlinkAnswer =>
  result === undefined || result.ok ? DONE : declined(result);

async function diagnose(state: ReporterState, { devlink, instance }: DevlinkRequest): Promise<DevlinkAnswer> {
  const message = await instance.ops.health?.diagnose?.(keyOf(state));
  if (message === undefined) return refusal(EOPNOTSUPP);
  if (!message.ok) return declined(message);
  const replies = formattedMessages(message.value, devlink.parts).map((values): DevlinkReply => ({
    command: 'HEALTH_REPORTER_DIAGNOSE',
    values,
  }));
  return { ok: true, replies, ends: true };
}

/** devlink_nl_health_reporter_dump_get_dumpit(): who asks for a dump that there is not gets one made now. */
async function dumpOf(asked: DevlinkRequest): Promise<readonly DevlinkReply[] | DevlinkAnswer> {
  const state = reporterIn(asked);
  if (state === undefined) return refusal(EINVAL);
  if (!state.reporter.can.includes('dump')) return refusal(EOPNOTSUPP);
  const taken = await takeDump(asked.devlink, asked.instance, state);
  if (!taken.ok) return declined(taken);
  return formattedMessages(state.dump?.message ?? [], asked.devlink.parts).map((values) => ({
    command: 'HEALTH_REPORTER_DUMP_GET',
    values,
    flags: NLM_F_ACK,
  }));
}

export const healthOperations: DevlinkOperations = {
  HEALTH_REPORTER_GET: {
    doit: withReporter(undefined, (state, { devlink, instance }) =>
      replying('HEALTH_REPORTER_GET', reporterValues(devlink.parts, instance, state)),
    ),
    dump: ({ devlink, instance, values }) => {
      const index = numberIn(values, 'DEVLINK_ATTR_PORT_INDEX');
      return reportersOf(instance)
        .filter(({ port }) => index === undefined || port === index)
        .map((state) => ({ command: 'HEALTH_REPORTER_GET', values: reporterValues(devlink.parts, instance, state) }));
    },
  },
  HEALTH_REPORTER_SET: { doit: setReporter },
  HEALTH_REPORTER_RECOVER: {
    doit: withReporter(undefined, async (state, { devlink, instance }) =>
      finished(await recover(devlink, instance, state)),
    ),
  },
  HEALTH_REPORTER_DIAGNOSE: { doit: withReporter('diagnose', diagnose) },
  HEALTH_REPORTER_DUMP_GET: {
    dump: async (asked) => {
      const answer = await dumpOf(asked);
      return 'ok' in answer ? (answer.ok ? [] : answer) : answer;
    },
  },
  HEALTH_REPORTER_DUMP_CLEAR: {
    doit: withReporter('dump', (state, { devlink }) => {
      if (state.dump === undefined && !devlink.parts.clearsNothing) return refusal(EINVAL);
      if (devlink.parts.clearsDump) state.dump = undefined;
      return DONE;
    }),
  },
  HEALTH_REPORTER_TEST: {
    doit: withReporter('test', async (state, { instance }) =>
      finished(await instance.ops.health?.test?.(keyOf(state))),
    ),
  },
};
