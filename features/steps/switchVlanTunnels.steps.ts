/** VLANs of a port that lead to tunnels: which, and what is told of them. */
import { Then, When } from '@cucumber/cucumber';
import { RTM_SETLINK } from '../../reference-impl/netlink/constants.js';
import {
  BRIDGE_VLAN_INFO_RANGE_BEGIN,
  BRIDGE_VLAN_INFO_RANGE_END,
} from '../../reference-impl/netlink/families/bridge.js';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import { numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { portCalled, settled } from './switchPorts.js';
import { setPort } from './switchPortStates.steps.js';
import { vlanClient } from './switchTrees.steps.js';
import type { NicWorld } from './world.js';

When(
  /^VLANs of (p\d) may (lead to tunnels|lead to no tunnels)$/,
  async function (this: NicWorld, port: string, may: string) {
    await setPort(this, port, { IFLA_BRPORT_VLAN_TUNNEL: may === 'lead to tunnels' ? 1 : 0 });
  },
);

const info = (vid: number, id: number, flags: number): Values => ({
  IFLA_BRIDGE_VLAN_TUNNEL_ID: id,
  IFLA_BRIDGE_VLAN_TUNNEL_VID: vid,
  IFLA_BRIDGE_VLAN_TUNNEL_FLAGS: flags,
});

const range = (first: number, last: number, id: number, lastId: number): readonly Values[] => [
  info(first, id, BRIDGE_VLAN_INFO_RANGE_BEGIN),
  info(last, lastId, BRIDGE_VLAN_INFO_RANGE_END),
];

async function ask(
  world: NicWorld,
  port: string,
  tunnels: readonly Values[],
  how: 'set' | 'delete' = 'set',
): Promise<NetlinkResult<void>> {
  const result = await (await vlanClient(world)).setTunnels(portCalled(world, port).ifIndex, tunnels, how);
  await settled(world);
  return result;
}

When(
  /^VLAN (\d+) of (p\d) leads to tunnel (\d+)$/,
  async function (this: NicWorld, vid: string, port: string, id: string) {
    accepted(await ask(this, port, [info(Number(vid), Number(id), 0)]), `tunnel ${id}`);
  },
);

When(
  /^VLAN (\d+) of (p\d) is to lead to tunnel (\d+)$/,
  async function (this: NicWorld, vid: string, port: string, id: string) {
    this.answer = await ask(this, port, [info(Number(vid), Number(id), 0)]);
  },
);

When(
  /^VLANs (\d+) to (\d+) of (p\d) (?:lead|are to lead) to tunnels (\d+) to (\d+)$/,
  async function (this: NicWorld, first: string, last: string, port: string, id: string, lastId: string) {
    this.answer = await ask(this, port, range(Number(first), Number(last), Number(id), Number(lastId)));
  },
);

When(/^VLAN (\d+) of (p\d) leads to no tunnel$/, async function (this: NicWorld, vid: string, port: string) {
  accepted(await ask(this, port, [info(Number(vid), 0, 0)], 'delete'), `no tunnel of VLAN ${vid}`);
});

When(
  /^(p\d) is asked for (a tunnel without a VLAN|VLAN 10 without a tunnel)$/,
  async function (this: NicWorld, port: string, what: string) {
    const half: Values = what.startsWith('VLAN')
      ? { IFLA_BRIDGE_VLAN_TUNNEL_VID: 10 }
      : { IFLA_BRIDGE_VLAN_TUNNEL_ID: 5 };
    this.answer = await ask(this, port, [half]);
  },
);

When(
  /^(p\d) is asked by VLAN (\d+) for tunnel (\d+)$/,
  async function (this: NicWorld, port: string, vid: string, id: string) {
    const client = await vlanClient(this);
    this.answer = await client.setOptions(
      portCalled(this, port).ifIndex,
      { vid: Number(vid) },
      {
        BRIDGE_VLANDB_ENTRY_TUNNEL_INFO: {
          BRIDGE_VLANDB_TINFO_CMD: RTM_SETLINK,
          BRIDGE_VLANDB_TINFO_ID: Number(id),
        },
      },
    );
  },
);

Then(/^the tunnels of (p\d) are told as (.+)$/, async function (this: NicWorld, port: string, wanted: string) {
  const told = accepted(await (await vlanClient(this)).tunnels(), 'reading the tunnels');
  const text = (told.get(portCalled(this, port).ifIndex) ?? []).map((each) => {
    const [id, vid, flags] = ['ID', 'VID', 'FLAGS'].map(
      (name) => numberIn(each, `IFLA_BRIDGE_VLAN_TUNNEL_${name}`) ?? 0,
    );
    const place = flags === BRIDGE_VLAN_INFO_RANGE_BEGIN ? ' from' : flags === BRIDGE_VLAN_INFO_RANGE_END ? ' to' : '';
    return `${vid ?? 0}:${id ?? 0}${place}`;
  });
  expectThat((text.join(', ') || 'none') === wanted, `the tunnels of ${port} are told as ${text.join(', ') || 'none'}`);
});
