/** Link state: the administrator's switch, the cable, and what the kernel makes of both. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import type { RouteClient } from '../../reference-impl/netlink/routeClient.js';
import { cableEvents, portEvents, type PortEvent } from '../properties/linkEvents.js';
import { BROADCAST, numberedFrame, numberedFrames, numbersOf } from '../properties/numberedFrames.js';
import { intoHost, ontoWire } from './exchange.js';
import { expectNumber, expectThat } from './expectations.js';
import { eventually, listenToLinks, portLinkNews } from './listening.js';
import { expectTraffic, sameNumbers } from './port.steps.js';
import {
  IFF_LOWER_UP,
  IFF_RUNNING,
  IFF_UP,
  accepted,
  ethtoolCall,
  featureState,
  linkStatistics,
  linkValues,
  setLink,
  setUp,
} from './settings.js';
import type { NicWorld } from './world.js';

const IF_OPER_UNKNOWN = 0;
const IF_OPER_DOWN = 2;
const IF_OPER_LOWERLAYERDOWN = 3;
const IF_OPER_DORMANT = 5;
const IF_OPER_UP = 6;
const IF_LINK_MODE_DORMANT = 1;

/** A port whose cable ends in a device that is down may say so. */
const STATES: Readonly<Record<string, readonly number[]>> = {
  up: [IF_OPER_UP],
  down: [IF_OPER_DOWN, IF_OPER_LOWERLAYERDOWN],
  dormant: [IF_OPER_DORMANT],
};

interface LinkNotes {
  carrierWas: { readonly up: number; readonly down: number };
  listener: RouteClient | undefined;
  speed: number;
}
const linkNotes = (world: NicWorld): LinkNotes =>
  world.note('link', () => ({ carrierWas: { up: 0, down: 0 }, listener: undefined, speed: 0 }));

async function operState(world: NicWorld): Promise<number> {
  return numberIn((await linkValues(world)).values, 'IFLA_OPERSTATE') ?? -1;
}

async function expectOperState(world: NicWorld, name: string): Promise<void> {
  const allowed = STATES[name] ?? [];
  let state = -1;
  await eventually(
    world,
    async () => allowed.includes((state = await operState(world))),
    () => `the operational state is ${state}, and should be ${name}`,
  );
}

async function setCable(world: NicWorld, plugged: boolean): Promise<void> {
  await (await world.wire()).setCarrier(plugged);
}

When('the cable is pulled out', async function (this: NicWorld) {
  await setCable(this, false);
});

When('the cable is plugged in', async function (this: NicWorld) {
  await setCable(this, true);
});

When('the cable is pulled out and plugged in {int} times', async function (this: NicWorld, times: number) {
  for (let count = 0; count < times; count++) {
    await setCable(this, false);
    await expectCarrier(this, false);
    await setCable(this, true);
    await expectCarrier(this, true);
  }
});

/** A carrier that went is also noticed: until then the kernel goes on queueing frames. */
async function expectCarrier(world: NicWorld, present: boolean): Promise<void> {
  await eventually(
    world,
    async () => {
      const { flags } = await linkValues(world);
      return present ? (flags & IFF_LOWER_UP) !== 0 : (flags & (IFF_LOWER_UP | IFF_RUNNING)) === 0;
    },
    () => (present ? 'the carrier did not come' : 'the carrier did not go'),
  );
}

Then(
  /^the carrier is (gone|there) and the operational state is (\w+)$/,
  async function (this: NicWorld, carrier: string, state: string) {
    await expectCarrier(this, carrier === 'there');
    await expectOperState(this, state);
  },
);

Then(/^the operational state is (\w+)$/, async function (this: NicWorld, state: string) {
  await expectOperState(this, state);
});

Then('for every sequence of cable events, the carrier follows each of them', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(cableEvents, async (events) => {
      for (const plugged of events) {
        await setCable(this, plugged);
        await expectCarrier(this, plugged);
        await expectOperState(this, plugged ? 'up' : 'down');
      }
      await setCable(this, true);
    }),
    { runs: 0.3 },
  );
});

const AFTERWARDS = 1000;

When('the host sends {int} frames into the void', async function (this: NicWorld, count: number) {
  const host = await this.host();
  // Whether the kernel tells the sender is its own business.
  await host.send(numberedFrames(BROADCAST, count).map((bytes) => ({ bytes })));
});

Then(
  '{int} frames that the host sends then leave, and {int} that the far end sends arrive',
  async function (this: NicWorld, out: number, into: number) {
    await expectCarrier(this, true);
    const left = numbersOf(
      (await ontoWire(this, numberedFrames(BROADCAST, out, AFTERWARDS))).map(({ bytes }) => bytes),
    );
    const expected = (count: number): number[] => Array.from({ length: count }, (_, index) => AFTERWARDS + index);
    expectThat(sameNumbers(left, expected(out)), `these left: ${left.join(' ')}`);
    const came = numbersOf(
      (await intoHost(this, numberedFrames(BROADCAST, into, AFTERWARDS))).map(({ bytes }) => bytes),
    );
    expectThat(sameNumbers(came, expected(into)), `these arrived: ${came.join(' ')}`);
  },
);

async function carrierCounts(world: NicWorld): Promise<LinkNotes['carrierWas']> {
  const { values } = await linkValues(world);
  return {
    up: numberIn(values, 'IFLA_CARRIER_UP_COUNT') ?? 0,
    down: numberIn(values, 'IFLA_CARRIER_DOWN_COUNT') ?? 0,
  };
}

Given('the carrier counts are noted', async function (this: NicWorld) {
  linkNotes(this).carrierWas = await carrierCounts(this);
});

Then(
  /^the carrier went (\d+) times and came (\d+) times since$/,
  async function (this: NicWorld, went: string, came: string) {
    const [before, after] = [linkNotes(this).carrierWas, await carrierCounts(this)];
    expectNumber(after.down - before.down, Number(went), 'times that the carrier went');
    expectNumber(after.up - before.up, Number(came), 'times that the carrier came');
  },
);

When('the state, statistics and features of the port are read', async function (this: NicWorld) {
  await linkValues(this);
  await linkStatistics(this);
  await featureState(this);
});

When('the MTU that is in force is set again', async function (this: NicWorld) {
  const mtu = numberIn((await linkValues(this)).values, 'IFLA_MTU') ?? 0;
  accepted(await setLink(this, { IFLA_MTU: mtu }), 'setting the MTU that is in force');
});

Then('for every sequence of cable events, the carrier counts grow by the changes', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(cableEvents, async (events) => {
      const before = await carrierCounts(this);
      let [plugged, went, came] = [true, 0, 0];
      for (const next of [...events, true]) {
        if (next !== plugged) {
          if (next) came++;
          else went++;
        }
        plugged = next;
        await setCable(this, next);
        await expectCarrier(this, next);
      }
      const after = await carrierCounts(this);
      expectNumber(after.down - before.down, went, 'times that the carrier went');
      expectNumber(after.up - before.up, came, 'times that the carrier came');
    }),
    { runs: 0.3 },
  );
});

When('the far end sends {int} frames', async function (this: NicWorld, count: number) {
  const wire = await this.wire();
  // The host listens from before the frames came.
  await this.host();
  await wire.send(numberedFrames(BROADCAST, count).map((bytes) => ({ bytes })));
});

Then('the host receives that frame only', function (this: NicWorld) {
  expectThat(
    sameNumbers(numbersOf(this.atHost.map(({ bytes }) => bytes)), numbersOf(this.sent)),
    'other frames came too',
  );
});

Then(/^sending a frame is refused with ENETDOWN$/, async function (this: NicWorld) {
  const host = await this.host();
  const sent = await host.send([{ bytes: numberedFrame({ destination: BROADCAST, number: 1 }) }]);
  const ENETDOWN = 100;
  expectNumber(sent.ok ? 0 : sent.errno, ENETDOWN, 'errno of the send');
});

Then('a frame that the host sends leaves', async function (this: NicWorld) {
  const left = numbersOf((await ontoWire(this, numberedFrames(BROADCAST, 1, 7))).map(({ bytes }) => bytes));
  expectThat(sameNumbers(left, [7]), `these left: ${left.join(' ')}`);
});

Given('the link mode is dormant', async function (this: NicWorld) {
  accepted(await setLink(this, { IFLA_LINKMODE: IF_LINK_MODE_DORMANT }), 'setting the link mode');
});

When(/^the user sets the operational state to (up|dormant)$/, async function (this: NicWorld, state: string) {
  const value = state === 'up' ? IF_OPER_UP : IF_OPER_DORMANT;
  accepted(await setLink(this, { IFLA_OPERSTATE: value }), 'setting the operational state');
});

Given('the link announcements are listened to', async function (this: NicWorld) {
  linkNotes(this).listener = await listenToLinks(this);
});

const listener = (world: NicWorld): RouteClient => {
  const { listener: found } = linkNotes(world);
  expectThat(found !== undefined, 'nobody listens');
  return found;
};

Then(/^it is announced that the port is (up|down)$/, async function (this: NicWorld, state: string) {
  const news = await portLinkNews(this, listener(this));
  expectThat(news.length > 0, 'nothing was announced');
  const flags = numberIn(news.at(-1)?.header, 'ifi_flags') ?? 0;
  expectThat(
    ((flags & IFF_UP) !== 0) === (state === 'up'),
    `the flags that were announced last are 0x${flags.toString(16)}`,
  );
});

Then(/^the port is reported as (up|down)$/, async function (this: NicWorld, state: string) {
  const { flags } = await linkValues(this);
  expectThat(((flags & IFF_UP) !== 0) === (state === 'up'), `the flags are 0x${flags.toString(16)}`);
  await expectOperState(this, state);
});

Then('nothing is announced', async function (this: NicWorld) {
  expectNumber((await portLinkNews(this, listener(this))).length, 0, 'announcements');
});

async function apply(world: NicWorld, event: PortEvent): Promise<void> {
  switch (event.kind) {
    case 'admin':
      return setUp(world, event.up);
    case 'cable':
      return setCable(world, event.plugged);
    case 'mtu':
      accepted(await setLink(world, { IFLA_MTU: event.mtu }), 'setting the MTU');
      return;
    case 'query':
      await linkStatistics(world);
  }
}

async function expectFlagsAgree(world: NicWorld, hasCarrier: boolean): Promise<void> {
  let described = '';
  const agree = async (): Promise<boolean> => {
    const { values, flags } = await linkValues(world);
    const state = numberIn(values, 'IFLA_OPERSTATE') ?? -1;
    described = `flags 0x${flags.toString(16)}, operational state ${state}`;
    const isUp = (flags & IFF_UP) !== 0;
    const running = isUp && (state === IF_OPER_UP || state === IF_OPER_UNKNOWN);
    return ((flags & IFF_RUNNING) !== 0) === running && ((flags & IFF_LOWER_UP) !== 0) === (isUp && hasCarrier);
  };
  await eventually(world, agree, () => `flags and state do not agree: ${described}`);
}

async function flagsLaw(world: NicWorld, withCable: boolean): Promise<void> {
  await world.law(
    fc.asyncProperty(portEvents(withCable), async (events) => {
      let carrier = true;
      for (const event of events) {
        await apply(world, event);
        if (event.kind === 'cable') carrier = event.plugged;
        await expectFlagsAgree(world, carrier);
      }
      if (withCable) await setCable(world, true);
    }),
    { runs: 0.3 },
  );
}

Then('for every sequence of settings, flags and operational state agree', async function (this: NicWorld) {
  await flagsLaw(this, false);
});

Then(
  'for every sequence of settings and cable events, flags and operational state agree',
  async function (this: NicWorld) {
    await flagsLaw(this, true);
  },
);

const SPEED_UNKNOWN = 0xffff_ffff;

async function reportedSpeed(
  world: NicWorld,
): Promise<{ readonly speed: number | undefined; readonly duplex: number }> {
  const values = accepted(await ethtoolCall(world, 'LINKMODES_GET'), 'reading the link modes');
  return {
    speed: numberIn(values, 'ETHTOOL_A_LINKMODES_SPEED'),
    duplex: numberIn(values, 'ETHTOOL_A_LINKMODES_DUPLEX') ?? -1,
  };
}

Then('the reported speed and duplex are those of a link', async function (this: NicWorld) {
  await expectCarrier(this, true);
  const { speed, duplex } = await reportedSpeed(this);
  expectThat(speed !== undefined && speed > 0 && speed !== SPEED_UNKNOWN, `the speed is ${String(speed)}`);
  expectThat(duplex === 0 || duplex === 1, `the duplex is ${duplex}`);
  linkNotes(this).speed = Math.max(linkNotes(this).speed, speed);
});

Then('the reported speed is none, unknown, or the highest', async function (this: NicWorld) {
  await expectCarrier(this, false);
  const { speed } = await reportedSpeed(this);
  const isAllowed = speed === undefined || speed === 0 || speed === SPEED_UNKNOWN || speed >= linkNotes(this).speed;
  expectThat(isAllowed, `without a link the speed is ${String(speed)}`);
});

Then(/^the ethtool link is (up|down)$/, async function (this: NicWorld, state: string) {
  await eventually(
    this,
    async () => {
      const values = accepted(await ethtoolCall(this, 'LINKSTATE_GET'), 'reading the link state');
      return (numberIn(values, 'ETHTOOL_A_LINKSTATE_LINK') === 1) === (state === 'up');
    },
    () => `the ethtool link is not ${state}`,
  );
});

When('the port is set down and up {int} times', async function (this: NicWorld, times: number) {
  for (let count = 0; count < times; count++) {
    await setUp(this, false);
    await setUp(this, true);
  }
});

Then('after every number of restarts, all of a burst passes in both directions', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 64 }), async (restarts, burst) => {
      for (let count = 0; count < restarts; count++) {
        await setUp(this, false);
        await setUp(this, true);
      }
      await expectCarrier(this, true);
      await expectTraffic(this, burst);
    }),
    { runs: 0.2 },
  );
});
