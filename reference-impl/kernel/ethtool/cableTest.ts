/** ETHTOOL_MSG_CABLE_TEST_ACT and _TDR_ACT: net/ethtool/cabletest.c, and the state machine of drivers/net/phy/phy.c around it. */
import type { Awaitable, CableTestResult, DriverResult, TdrConfig } from '../../../harness/contract/index.js';
import { nestIn, numberIn, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { EBUSY, EINVAL, EOPNOTSUPP } from '../errno.js';
import { setTesting } from '../linkState.js';
import { isUp, type NetDevice } from '../netDevice.js';
import { fromOutcome, refusal, refusalAt } from '../refusals.js';
import { ethtoolStateOf } from './deviceState.js';
import { isPhyRefusal, requestedPhy, type BoundPhy } from './phyDevice.js';
import type { ApplyChange, EthtoolContext, EthtoolRequest } from './request.js';

const STARTED = 1;
const COMPLETED = 2;
/** PHY_STATE_TIME: how often the state machine asks whether the test is over. */
const POLL_NS = 1_000_000_000n;
const DEFAULT_STEP_CM = 100;
const LAST_PAIR = 3;

type Kind = 'CABLE_TEST' | 'CABLE_TEST_TDR';

export const testCable: ApplyChange = async (context, request) => {
  const phy = requestedPhy(context, request.netDevice, request);
  if (phy === null || isPhyRefusal(phy)) return refusal(EOPNOTSUPP);
  const { startCableTest, cableTestResult } = phy.phy;
  if (startCableTest === undefined || cableTestResult === undefined)
    return refusal(EOPNOTSUPP, 'PHY driver does not support cable testing');
  return start(context, request.netDevice, phy, 'CABLE_TEST', () => startCableTest(phy.port));
};

export const testCableRaw: ApplyChange = async (context, request) => {
  const config = tdrConfig(context, request);
  if ('errno' in config) return config;
  const phy = requestedPhy(context, request.netDevice, request);
  if (phy === null || isPhyRefusal(phy)) return refusal(EOPNOTSUPP);
  const { startCableTestTdr, cableTestResult } = phy.phy;
  if (startCableTestTdr === undefined || cableTestResult === undefined)
    return refusal(EOPNOTSUPP, 'PHY driver does not support cable test TDR');
  return start(context, request.netDevice, phy, 'CABLE_TEST_TDR', () => startCableTestTdr(phy.port, config));
};

/** ethnl_act_cable_test_tdr_cfg(). */
function tdrConfig({ kernel }: EthtoolContext, request: EthtoolRequest): TdrConfig | Refusal {
  const path = 'ETHTOOL_A_CABLE_TEST_TDR_CFG';
  const asked = nestIn(request.values, path);
  const member = (name: string): number | undefined => numberIn(asked, `${path}_${name}`);
  const refuse = (name: string, message: string): Refusal =>
    refusalAt(request, `${path}/${path}_${name}`, EINVAL, message);
  const config = {
    first: member('FIRST') ?? DEFAULT_STEP_CM,
    last: member('LAST') ?? kernel.parts.ethtool.longestCable,
    step: member('STEP') ?? DEFAULT_STEP_CM,
    pair: kernel.parts.ethtool.tdrPair(member('PAIR') ?? null),
  };
  if (!kernel.parts.ethtool.checksTdrRange) return config;
  if (config.pair !== null && config.pair > LAST_PAIR) return refuse('PAIR', 'invalid pair parameter');
  if (config.first > kernel.parts.ethtool.longestCable) return refuse('FIRST', 'invalid first parameter');
  if (config.last > kernel.parts.ethtool.longestCable) return refuse('LAST', 'invalid last parameter');
  if (config.first > config.last) return refusal(EINVAL, 'invalid first/last parameter');
  if (config.step === 0) return refuse('STEP', 'invalid step parameter');
  if (config.step > config.last - config.first) return refuse('STEP', 'step parameter too big');
  return config;
}

/** phy_start_cable_test(): the link goes down, and the state machine asks for the end of the test. */
async function start(
  context: EthtoolContext,
  netDevice: NetDevice,
  { phy, port }: BoundPhy,
  kind: Kind,
  begin: () => Awaitable<DriverResult>,
): Promise<Refusal | undefined> {
  const { kernel } = context;
  const { ethtool } = kernel.parts;
  const state = ethtoolStateOf(netDevice);
  if (state.cableTest !== undefined && ethtool.oneCableTest) return refusal(EBUSY, 'PHY already performing a test');
  if (!isUp(netDevice) && ethtool.cableTestNeedsUp)
    return refusal(EBUSY, 'PHY not configured. Try setting interface up');
  const refused = fromOutcome(await begin());
  if (refused !== undefined) return refused;
  if (ethtool.cableTestIsTesting) setTesting(kernel, netDevice, true);
  const announce = (values: Values): void => context.announceValues(`${kind}_NTF`, netDevice, values);
  announce({ [`ETHTOOL_A_${kind}_NTF_STATUS`]: STARTED });

  const end = (nest: Values): void => {
    state.cableTest = undefined;
    announce({ [`ETHTOOL_A_${kind}_NTF_STATUS`]: COMPLETED, [`ETHTOOL_A_${kind}_NTF_NEST`]: nest });
    setTesting(kernel, netDevice, false);
  };
  const test = { abort: () => end({}) };
  state.cableTest = test;
  const poll = async (): Promise<void> => {
    if (state.cableTest !== test) return;
    const result = (await phy.cableTestResult?.(port)) ?? null;
    if (result === null) kernel.schedule(kernel.now + POLL_NS, poll);
    else end(kind === 'CABLE_TEST' ? testNest(result) : rawNest(result));
  };
  kernel.schedule(kernel.now + POLL_NS, poll);
  return undefined;
}

/** phy_stop(): a test that goes on is ended, and says so without results. */
export function abortCableTest({ kernel }: EthtoolContext, netDevice: NetDevice): void {
  const { cableTest } = ethtoolStateOf(netDevice);
  if (cableTest !== undefined && kernel.parts.ethtool.cableTestAborts) cableTest.abort();
}

const testNest = ({ results, faultLengths }: CableTestResult): Values => ({
  ETHTOOL_A_CABLE_NEST_RESULT: results.map(({ pair, code }) => ({
    ETHTOOL_A_CABLE_RESULT_PAIR: pair,
    ETHTOOL_A_CABLE_RESULT_CODE: code,
  })),
  ETHTOOL_A_CABLE_NEST_FAULT_LENGTH: faultLengths.map(({ pair, cm }) => ({
    ETHTOOL_A_CABLE_FAULT_LENGTH_PAIR: pair,
    ETHTOOL_A_CABLE_FAULT_LENGTH_CM: cm,
  })),
});

function rawNest({ tdr }: CableTestResult): Values {
  if (tdr === undefined) return {};
  return {
    ETHTOOL_A_CABLE_TDR_NEST_PULSE: { ETHTOOL_A_CABLE_PULSE_mV: tdr.pulseMv },
    ETHTOOL_A_CABLE_TDR_NEST_STEP: {
      ETHTOOL_A_CABLE_STEP_FIRST_DISTANCE: tdr.first,
      ETHTOOL_A_CABLE_STEP_LAST_DISTANCE: tdr.last,
      ETHTOOL_A_CABLE_STEP_STEP_DISTANCE: tdr.step,
    },
    ETHTOOL_A_CABLE_TDR_NEST_AMPLITUDE: tdr.amplitudes.map(({ pair, mv }) => ({
      ETHTOOL_A_CABLE_AMPLITUDE_PAIR: pair,
      ETHTOOL_A_CABLE_AMPLITUDE_mV: mv & 0xffff,
    })),
  };
}
