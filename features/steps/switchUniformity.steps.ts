/** Configuration scripts: run on a switch, and what the switch shows afterwards. */
import { Given, Then, When, type DataTable } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { NetDeviceName } from '../../harness/contract/index.js';
import { NLM_F_CREATE, NLM_F_REPLACE } from '../../reference-impl/netlink/constants.js';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import { parseScript, reordered, type ScriptRequest } from '../properties/switchScript.js';
import { expectThat } from './expectations.js';
import { IFF_UP, accepted, setFlag } from './settings.js';
import { bridgeCalled, listenAt, portCalled, settled, switched, usedPorts, watch } from './switchPorts.js';
import {
  FLAG_ATTRIBUTES,
  STATE_MEDIA_TYPE,
  linksAreUp,
  observedPath,
  observedState,
  type ProbeFrame,
} from './switchState.js';
import { putEntry, takeEntry } from './switchTable.steps.js';
import type { NicWorld } from './world.js';

interface Configured {
  script: readonly ScriptRequest[];
  frames: readonly ProbeFrame[];
}

const configured = (world: NicWorld): Configured => world.note('uniformity', () => ({ script: [], frames: [] }));

/** Runs the requests one behind the other; a refusal fails the step. */
async function runScript(world: NicWorld, script: readonly ScriptRequest[]): Promise<void> {
  for (const { port } of usedPorts(world)) await world.wire(port);
  for (const request of script) accepted(await make(world, request), JSON.stringify(request));
  await settled(world);
  await linksAreUp(world);
}

const indexCalled = (world: NicWorld, name: string): number =>
  name.startsWith('br') ? bridgeCalled(world, name).ifIndex : portCalled(world, name).ifIndex;

async function make(world: NicWorld, request: ScriptRequest): Promise<NetlinkResult<void>> {
  const [bridges, done] = [await world.bridges(), { ok: true, value: undefined } as const];
  switch (request.kind) {
    case 'add-bridge':
      return addBridge(world, request);
    case 'remove-link':
      return removeBridge(world, request.name);
    case 'set-up':
      await setFlag(world, IFF_UP, request.up, indexCalled(world, request.name));
      return done;
    case 'set-master':
      return bridges.setMaster(
        indexCalled(world, request.port),
        request.master === null ? 0 : indexCalled(world, request.master),
      );
    case 'set-flag':
      return bridges.setPort(indexCalled(world, request.port), { [FLAG_ATTRIBUTES[request.flag]]: Number(request.on) });
    case 'add-vlan': {
      const { vid, last, ...how } = request.vlan;
      const vlan = last === vid ? { vid, ...how } : { vid, last, ...how };
      return bridges.addVlan(indexCalled(world, request.name), vlan, request.self ? 'bridge' : 'port');
    }
    case 'remove-vlan': {
      const last = request.last === request.vid ? undefined : request.last;
      return bridges.removeVlan(indexCalled(world, request.name), request.vid, last);
    }
    case 'put-entry': {
      const more = request.vid === null ? {} : { vid: request.vid };
      return putEntry(world, request.station, request.port, 'static', {
        ...more,
        messageFlags: NLM_F_CREATE | NLM_F_REPLACE,
      });
    }
    case 'take-entry':
      return takeEntry(world, request.station, request.port, request.vid ?? undefined);
  }
}

async function addBridge(
  world: NicWorld,
  { name, settings }: Extract<ScriptRequest, { readonly kind: 'add-bridge' }>,
): Promise<NetlinkResult<void>> {
  const { vlanFiltering, defaultPvid } = settings;
  const added = await (
    await world.bridges()
  ).addBridge(name, {
    ...(vlanFiltering ? { IFLA_BR_VLAN_FILTERING: 1 } : {}),
    ...(defaultPvid === null ? {} : { IFLA_BR_VLAN_DEFAULT_PVID: defaultPvid }),
  });
  if (!added.ok) return added;
  const { header } = accepted(await (await world.route()).link(name), `looking for ${name}`);
  const netDevice = name as NetDeviceName;
  switched(world).bridges.set(name, { name: netDevice, ifIndex: numberIn(header, 'ifi_index') ?? 0 });
  await listenAt(world, netDevice);
  return added;
}

/** Nobody listens to a bridge that is gone. */
async function removeBridge(world: NicWorld, name: string): Promise<NetlinkResult<void>> {
  const { ifIndex } = bridgeCalled(world, name);
  await watch(world, new Map());
  switched(world).bridges.delete(name);
  switched(world).listened.delete(name as NetDeviceName);
  await world.closeHost(name as NetDeviceName);
  return (await world.route()).removeLink(ifIndex);
}

/** All that the script made is gone, and the ports are down. */
async function tearDown(world: NicWorld): Promise<void> {
  for (const name of [...switched(world).bridges.keys()]) accepted(await removeBridge(world, name), `removing ${name}`);
  for (const { ifIndex } of usedPorts(world)) await setFlag(world, IFF_UP, false, ifIndex);
  await settled(world);
}

/** State and paths of frames after the script. */
async function shown(world: NicWorld): Promise<string[]> {
  const lines = await observedState(world);
  for (const frame of configured(world).frames) lines.push(await observedPath(world, frame));
  return lines;
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Line by line: what is there and should not be, and what should be and is not. */
function expectLines(actual: readonly string[], wanted: readonly string[], what: string): void {
  const [extra, missing] = [
    actual.filter((line) => !wanted.includes(line)),
    wanted.filter((line) => !actual.includes(line)),
  ];
  const said = [...missing.map((line) => `not so: ${line}`), ...extra.map((line) => `instead: ${line}`)];
  expectThat(said.length === 0 && actual.length === wanted.length, `${what}\n${said.join('\n')}`);
}

Given('the configuration script', function (this: NicWorld, text: string) {
  configured(this).script = parseScript(text);
});

When('the switch is configured by it', async function (this: NicWorld) {
  await runScript(this, configured(this).script);
});

When('the switch is configured by it again', async function (this: NicWorld) {
  await runScript(
    this,
    configured(this).script.filter(({ kind }) => kind !== 'add-bridge'),
  );
});

When('all of it is taken away', async function (this: NicWorld) {
  await tearDown(this);
});

Given('these frames, to see where they go', function (this: NicWorld, table: DataTable) {
  configured(this).frames = table.hashes().map(({ at = '', from = '', to = '', VLAN = '' }) => ({
    at,
    from,
    to,
    ...(VLAN === '' ? {} : { vid: Number(VLAN) }),
  }));
});

Then('the switch shows', async function (this: NicWorld, text: string) {
  const lines = await shown(this);
  this.attach(JSON.stringify({ lines }), STATE_MEDIA_TYPE);
  expectLines(lines, linesOf(text), 'the switch shows something else');
});

Then('for every order of its requests that can be, the switch shows the same', async function (this: NicWorld) {
  const { script } = configured(this);
  await runScript(this, script);
  const wanted = await shown(this);
  await this.law(
    fc.asyncProperty(reordered(script), async (order) => {
      await tearDown(this);
      await runScript(this, order);
      expectLines(await shown(this), wanted, 'in this order the switch shows something else');
    }),
    { runs: 0.3 },
  );
});

Then('for every part of it that is said once more, the switch shows the same', async function (this: NicWorld) {
  const { script } = configured(this);
  await runScript(this, script);
  const wanted = await shown(this);
  // What is said again in its order ends as it ended the first time.
  const repeated = fc.subarray(
    script.filter(
      ({ kind }) =>
        kind === 'set-up' ||
        kind === 'set-master' ||
        kind === 'set-flag' ||
        kind === 'put-entry' ||
        kind === 'add-vlan',
    ),
  );
  await this.law(
    fc.asyncProperty(repeated, async (again) => {
      await runScript(this, again);
      expectLines(await shown(this), wanted, 'said once more, the switch shows something else');
    }),
    { runs: 0.3 },
  );
});

Then(
  'for every other script that was run and taken away before it, the switch shows the same',
  async function (this: NicWorld) {
    const { script } = configured(this);
    await runScript(this, script);
    const wanted = await shown(this);
    await this.law(
      fc.asyncProperty(earlierScript(this), async (earlier) => {
        await tearDown(this);
        await runScript(this, earlier);
        await tearDown(this);
        await runScript(this, script);
        expectLines(await shown(this), wanted, 'after the other script the switch shows something else');
      }),
      { runs: 0.3 },
    );
  },
);

/** A bridge with other ports, VLANs, flags and entries than the script's. */
function earlierScript(world: NicWorld): fc.Arbitrary<ScriptRequest[]> {
  const has = (capability: string): boolean => world.session.description.capabilities[capability]?.present === true;
  const filters = has('bridge-vlan-filtering');
  const flags = (['isolated', 'hairpin', 'flood'] as const).filter((flag) => has(FLAG_CAPABILITIES[flag]));
  const port = fc.constantFrom('p0', 'p1', 'p2', 'p3');
  const vlan = fc
    .tuple(port, fc.constantFrom(10, 20, 30), fc.boolean())
    .map(([name, vid, untagged]): ScriptRequest => ({
      kind: 'add-vlan',
      name,
      vlan: { vid, last: vid, pvid: untagged, untagged },
      self: false,
    }));
  const entry = fc
    .tuple(fc.constantFrom('A', 'B'), port)
    .map(([station, name]): ScriptRequest => ({ kind: 'put-entry', station, port: name, vid: null }));
  const flag = fc
    .tuple(port, fc.constantFrom(...flags, 'learning' as const), fc.boolean())
    .map(([name, which, on]): ScriptRequest => ({ kind: 'set-flag', port: name, flag: which, on }));
  const canSetFlags = has('bridge-port-learning');
  const requests = fc.array(fc.oneof(entry, ...(filters ? [vlan] : []), ...(canSetFlags ? [flag] : [])), {
    maxLength: 8,
  });
  return requests.map((some): ScriptRequest[] => [
    { kind: 'add-bridge', name: 'br1', settings: { vlanFiltering: filters, defaultPvid: null } },
    ...['p0', 'p1', 'p2', 'p3'].flatMap((name): ScriptRequest[] => [
      { kind: 'set-master', port: name, master: 'br1' },
      { kind: 'set-up', name, up: true },
    ]),
    ...some,
  ]);
}

const FLAG_CAPABILITIES = {
  isolated: 'bridge-port-isolated',
  hairpin: 'bridge-port-hairpin',
  flood: 'bridge-port-unicast-flood',
} as const;
