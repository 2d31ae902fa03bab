/** Aggregates over rtnetlink as the steps use them. */
import { NetlinkClient, encodeBody, type NetlinkResult, type OpenSocket } from './client.js';
import { NETLINK_ROUTE, NLM_F_CREATE, NLM_F_EXCL, RTM_NEWLINK, RTM_SETLINK } from './constants.js';
import { BOND_SLAVE, LINKINFO_DATA_BOND } from './families/bond.js';
import { IFINFOMSG, LINK } from './families/rtnetlink.js';
import { bytesIn, decodeAttributes, encodeAttributes, type Values } from './schema.js';
import type { Message } from './wire.js';

const changed = (result: NetlinkResult<readonly Message[]>): NetlinkResult<void> =>
  result.ok ? { ok: true, value: undefined } : result;

export class BondClient {
  readonly client: NetlinkClient;

  private constructor(client: NetlinkClient) {
    this.client = client;
  }

  static async open(openSocket: OpenSocket): Promise<BondClient> {
    return new BondClient(await NetlinkClient.open(NETLINK_ROUTE, openSocket));
  }

  /** RTM_NEWLINK of the kind "bond"; `data` by IFLA_BOND_ names, `attributes` by IFLA_ names. */
  async addBond(name: string, data: Values = {}, attributes: Values = {}): Promise<NetlinkResult<void>> {
    const encoded = encodeAttributes(LINK, { IFLA_IFNAME: name, ...attributes, ...bondInfo(data) });
    return changed(
      await this.client.request(RTM_NEWLINK, encodeBody(IFINFOMSG, {}, encoded), NLM_F_CREATE | NLM_F_EXCL),
    );
  }

  /** RTM_NEWLINK of an aggregate that is there. */
  async changeBond(ifIndex: number, data: Values): Promise<NetlinkResult<void>> {
    const encoded = encodeAttributes(LINK, bondInfo(data));
    return changed(await this.client.request(RTM_NEWLINK, encodeBody(IFINFOMSG, { ifi_index: ifIndex }, encoded)));
  }

  /** RTM_SETLINK with IFLA_MASTER; 0: out of its aggregate. */
  async setMaster(ifIndex: number, master: number): Promise<NetlinkResult<void>> {
    const encoded = encodeAttributes(LINK, { IFLA_MASTER: master });
    return changed(await this.client.request(RTM_SETLINK, encodeBody(IFINFOMSG, { ifi_index: ifIndex }, encoded)));
  }

  /** RTM_NEWLINK of a member, with members by their IFLA_BOND_SLAVE_ names. */
  async changeMember(ifIndex: number, members: Values): Promise<NetlinkResult<void>> {
    const encoded = encodeAttributes(LINK, {
      IFLA_LINKINFO: { IFLA_INFO_SLAVE_KIND: 'bond', IFLA_INFO_SLAVE_DATA: encodeAttributes(BOND_SLAVE, members) },
    });
    return changed(await this.client.request(RTM_NEWLINK, encodeBody(IFINFOMSG, { ifi_index: ifIndex }, encoded)));
  }
}

const bondInfo = (data: Values): Values => ({
  IFLA_LINKINFO: { IFLA_INFO_KIND: 'bond', IFLA_INFO_DATA: encodeAttributes(LINKINFO_DATA_BOND, data) },
});

/** The data of an aggregate's link, by IFLA_BOND_ names. */
export function bondData(link: Values): Values {
  const info = (link['IFLA_LINKINFO'] ?? {}) as Values;
  return decodeAttributes(LINKINFO_DATA_BOND, bytesIn(info, 'IFLA_INFO_DATA') ?? new Uint8Array(0));
}

/** What a link says of itself as the member of an aggregate, by IFLA_BOND_SLAVE_ names. */
export function bondMemberData(link: Values): Values {
  const info = (link['IFLA_LINKINFO'] ?? {}) as Values;
  return decodeAttributes(BOND_SLAVE, bytesIn(info, 'IFLA_INFO_SLAVE_DATA') ?? new Uint8Array(0));
}
