/** Snooping in each VLAN apart: who asks there, how, and which ports are routers' there. */
import { Given, Then, When } from '@cucumber/cucumber';
import { BR_BOOLOPT_MCAST_VLAN_SNOOPING } from '../../reference-impl/netlink/families/bridge.js';
import { listIn, nestIn, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { routerInfo } from '../../reference-impl/netlink/families/mdb.js';
import { questionFrame, type Protocol } from '../properties/groupFrames.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { answered, nameOfMember, ownQuestionIsOver, senderCalled, sendMessage, taken } from './switchGroups.js';
import { bridgeCalled, bridgeSettings, changeBridge, namesIn, portCalled, settled } from './switchPorts.js';
import { questionIn } from './switchQuestions.steps.js';
import { vlanClient } from './switchTrees.steps.js';
import { globalOptionsOf } from './switchVlanOptions.steps.js';
import type { NicWorld } from './world.js';

const OPTION = 1 << BR_BOOLOPT_MCAST_VLAN_SNOOPING;
const modeOf = (on: boolean): Values => ({ IFLA_BR_MULTI_BOOLOPT: { optval: on ? OPTION : 0, optmask: OPTION } });

When(/^snooping by VLAN is switched (on|off)$/, async function (this: NicWorld, state: string) {
  await changeBridge(this, modeOf(state === 'on'));
});

When('snooping by VLAN is to be switched on', async function (this: NicWorld) {
  this.answer = await (await this.bridges()).changeBridge(bridgeCalled(this).ifIndex, modeOf(true));
});

Then(/^the bridge snoops (by VLAN|as a whole)$/, async function (this: NicWorld, how: string) {
  const options = numberIn(nestIn(await bridgeSettings(this), 'IFLA_BR_MULTI_BOOLOPT'), 'optval') ?? 0;
  expectNumber(options & OPTION, how === 'by VLAN' ? OPTION : 0, 'the option for snooping by VLAN');
});

When('the bridge filters VLANs no more', async function (this: NicWorld) {
  await changeBridge(this, { IFLA_BR_VLAN_FILTERING: 0 });
});

/** Hundredths of a second within which members answer. */
const ANSWERS_TICKS = 10;

Given(/^the bridge asks in VLAN (\d+) who is in which group$/, async function (this: NicWorld, vid: string) {
  const client = await vlanClient(this);
  const { ifIndex } = bridgeCalled(this);
  const settings: readonly Values[] = [
    { BRIDGE_VLANDB_GOPTS_MCAST_QUERY_RESPONSE_INTVL: ANSWERS_TICKS },
    { BRIDGE_VLANDB_GOPTS_MCAST_QUERIER: 1 },
  ];
  for (const options of settings)
    accepted(await client.setGlobalOptions(ifIndex, { vid: Number(vid) }, options), `the querier of VLAN ${vid}`);
  await answered(this);
});

When(
  /^(IGMPv[123]|MLDv[12]) asks at (p\d) for all groups, tagged (\d+)$/,
  async function (this: NicWorld, protocol: Protocol, port: string, vid: string) {
    await ownQuestionIsOver(this);
    await sendMessage(this, port, questionFrame(protocol, senderCalled(this, 'Q', Number(vid))));
    await taken(this);
    await answered(this);
  },
);

/** The VID of a frame on the cable, and the frame without its tag. */
function untagged(frame: Uint8Array): { readonly vid: number; readonly bytes: Uint8Array } {
  if (frame[12] !== 0x81 || frame[13] !== 0) return { vid: 0, bytes: frame };
  const vid = (((frame[14] ?? 0) << 8) | (frame[15] ?? 0)) & 0xfff;
  return { vid, bytes: Uint8Array.of(...frame.subarray(0, 12), ...frame.subarray(16)) };
}

const cameAt = (world: NicWorld): Map<string, Uint8Array[]> =>
  world.note('frames with questions', () => new Map<string, Uint8Array[]>());

Then(
  /^(\d+) questions? of (IGMPv[123]|MLDv[12]) for all groups, (untagged|tagged (?:\d+)), came at (p\d)$/,
  async function (this: NicWorld, count: string, protocol: Protocol, tag: string, port: string) {
    const frames = await (await this.wire(portCalled(this, port).port)).receive({ withinMs: this.quietMs });
    const all = [...(cameAt(this).get(port) ?? []), ...frames.map(({ bytes }) => bytes)];
    cameAt(this).set(port, all);
    const wanted = tag === 'untagged' ? 0 : Number(tag.slice('tagged '.length));
    const found = all.map(untagged).filter(({ vid, bytes }) => {
      const question = questionIn(bytes);
      return vid === wanted && question?.protocol === protocol && question.group === '';
    });
    expectNumber(found.length, Number(count), `the questions of ${protocol}, ${tag}, at ${port}`);
  },
);

When(
  /^(p\d|the bridge itself) (?:is|becomes) (no router port, ever|a router port if a querier is seen|a router port) in VLAN (\d+)$/,
  async function (this: NicWorld, who: string, kind: string, vid: string) {
    const value = ['no router port, ever', 'a router port if a querier is seen', 'a router port'].indexOf(kind);
    const { ifIndex } = who === 'the bridge itself' ? bridgeCalled(this) : portCalled(this, who);
    const options = { BRIDGE_VLANDB_ENTRY_MCAST_ROUTER: value };
    accepted(
      await (await vlanClient(this)).setOptions(ifIndex, { vid: Number(vid) }, options),
      `${who} in VLAN ${vid}`,
    );
    await settled(this);
  },
);

Then(
  /^the router ports in VLAN (\d+) are (p\d(?:(?:, | and )p\d)*|none)$/,
  async function (this: NicWorld, vid: string, ports: string) {
    const nest = nestIn(await globalOptionsOf(this, Number(vid)), 'BRIDGE_VLANDB_GOPTS_MCAST_ROUTER_PORTS');
    const routers = listIn(nestIn(nest, 'MDBA_ROUTER'), 'MDBA_ROUTER_PORT').filter(
      (each) => each instanceof Uint8Array,
    );
    const told = routers.map((bytes) => routerInfo.decode(bytes));
    const names = told.map(({ header }) => nameOfMember(this, numberIn(header, 'ifindex') ?? 0)).sort();
    const wanted = ports === 'none' ? '' : namesIn(ports).sort().join(', ');
    expectThat(names.join(', ') === wanted, `the router ports in VLAN ${vid} are ${names.join(', ') || 'none'}`);
    for (const { values } of told)
      expectNumber(numberIn(values, 'MDBA_ROUTER_PATTR_VID') ?? 0, Number(vid), 'the VLAN');
  },
);

Then(
  /^the querier of IPv4 in VLAN (\d+) is (behind p\d|the bridge|not known)$/,
  async function (this: NicWorld, vid: string, where: string) {
    const state = nestIn(await globalOptionsOf(this, Number(vid)), 'BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_STATE');
    const port = numberIn(state, 'BRIDGE_QUERIER_IP_PORT');
    const isKnown = state?.['BRIDGE_QUERIER_IP_ADDRESS'] !== undefined;
    const told = port !== undefined ? `behind ${nameOfMember(this, port)}` : isKnown ? 'the bridge' : 'not known';
    expectThat(told === where, `the querier in VLAN ${vid} is ${told} instead of ${where}`);
  },
);
