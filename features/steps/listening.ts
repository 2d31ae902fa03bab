/** Listeners for announcements, each with a socket of its own, and waiting for what takes its time on a real kernel. */
import { EthtoolClient, type Announcement } from '../../reference-impl/netlink/ethtoolClient.js';
import type { EthtoolNotificationName } from '../../reference-impl/netlink/families/ethtool.js';
import { RouteClient, type LinkInfo } from '../../reference-impl/netlink/routeClient.js';
import { expectThat } from './expectations.js';
import type { NicWorld } from './world.js';

/** Opens a listener to link announcements. */
export async function listenToLinks(world: NicWorld): Promise<RouteClient> {
  const listener = await RouteClient.open((protocol) => world.target.netlink(protocol));
  await listener.listen();
  return listener;
}

/** Opens a listener to the announcements of the ethtool family. */
export async function listenToEthtool(world: NicWorld): Promise<EthtoolClient> {
  const listener = await EthtoolClient.open((protocol) => world.target.netlink(protocol));
  await listener.familyId();
  await listener.listen();
  return listener;
}

/** The link announcements about the port since the last look. */
export async function portLinkNews(world: NicWorld, listener: RouteClient): Promise<readonly LinkInfo[]> {
  const news = await listener.announcements(world.quietMs);
  return news.filter(({ header }) => header['ifi_index'] === world.port.ifIndex);
}

/** The announcements of this kind since the last look. */
export async function ethtoolNews(
  world: NicWorld,
  listener: EthtoolClient,
  name: EthtoolNotificationName,
): Promise<readonly Announcement[]> {
  return (await listener.announcements(world.quietMs)).filter((announcement) => announcement.name === name);
}

const LOOK_AGAIN_MS = 2;

/** Looks until it is so, as long as a link may take, or longer; then fails with what `describe` says. */
export async function eventually(
  world: NicWorld,
  isSo: () => Promise<boolean>,
  describe: () => string,
  withinMs = world.linkPatienceMs,
): Promise<void> {
  const until = (await world.target.clock.now()) + BigInt(withinMs) * 1_000_000n;
  while (!(await isSo())) {
    if ((await world.target.clock.now()) >= until) expectThat(false, describe());
    await world.target.clock.sleep(LOOK_AGAIN_MS);
  }
}
