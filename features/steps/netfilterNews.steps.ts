/** What rules tell by themselves while packets come by. */
import { After, Given, Then } from '@cucumber/cucumber';
import type { NetlinkSocket } from '../../harness/contract/index.js';
import { NETLINK_NETFILTER } from '../../reference-impl/netlink/constants.js';
import { NFGENMSG, NFNLGRP_NFTABLES } from '../../reference-impl/netlink/families/nfnetlink.js';
import { NFTA_OBJ, nftType } from '../../reference-impl/netlink/families/nftables.js';
import { decodeBody } from '../../reference-impl/netlink/client.js';
import { textIn } from '../../reference-impl/netlink/schema.js';
import { parseDatagram } from '../../reference-impl/netlink/wire.js';
import { expectNumber, expectThat } from './expectations.js';
import { taken } from './switchGroups.js';
import type { NicWorld } from './world.js';

const news = (world: NicWorld): { listener: NetlinkSocket | undefined } =>
  world.note('netfilter news', () => ({ listener: undefined }));

Given('somebody listens to rules', async function (this: NicWorld) {
  const listener = await this.target.netlink(NETLINK_NETFILTER);
  await listener.join(NFNLGRP_NFTABLES);
  news(this).listener = listener;
});

After(async function (this: NicWorld) {
  await news(this).listener?.close();
});

/** Announcements are there at once, or very soon. */
const TOLD_WITHIN_MS = 200;

Then(
  /^it is told (\d+) times? that the quota "(\w+)" is used up$/,
  async function (this: NicWorld, times: string, name: string) {
    const { listener } = news(this);
    expectThat(listener !== undefined, 'nobody listens');
    await taken(this);
    let told = 0;
    for (
      let datagram = await listener.receive({ withinMs: TOLD_WITHIN_MS });
      datagram !== null;
      datagram = await listener.receive({ withinMs: TOLD_WITHIN_MS })
    )
      for (const message of parseDatagram(datagram)) {
        if (message.type !== nftType('NEWOBJ')) continue;
        if (textIn(decodeBody(NFGENMSG, NFTA_OBJ, message).values, 'NFTA_OBJ_NAME') === name) told++;
      }
    expectNumber(told, Number(times), `announcements of ${name}`);
  },
);
