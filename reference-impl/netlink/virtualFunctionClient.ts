/** Virtual functions over rtnetlink as the steps use them: what a link tells of them, and what is set. */
import { NetlinkClient, decodeBody, encodeBody, type NetlinkResult, type OpenSocket } from './client.js';
import { NETLINK_ROUTE, RTM_GETLINK, RTM_SETLINK } from './constants.js';
import { IFINFOMSG, LINK } from './families/rtnetlink.js';
import { RTEXT_FILTER_VF, VF_INFO, VF_INFO_LIST } from './families/virtualFunctions.js';
import { bytesIn, decodeAttributes, encodeAttributes, isValues, listIn, numberIn, type Values } from './schema.js';
import { encodeAttribute } from './wire.js';

export interface FunctionsOfLink {
  /** IFLA_NUM_VF; undefined where the link does not tell. */
  readonly count: number | undefined;
  /** IFLA_VFINFO_LIST, entry by entry; undefined where there is none. */
  readonly entries: readonly Values[] | undefined;
  /** As it came. */
  readonly list: Uint8Array | undefined;
}

const NOTHING = new Uint8Array(0);

export class VirtualFunctionClient {
  readonly client: NetlinkClient;

  private constructor(client: NetlinkClient) {
    this.client = client;
  }

  static async open(openSocket: OpenSocket): Promise<VirtualFunctionClient> {
    return new VirtualFunctionClient(await NetlinkClient.open(NETLINK_ROUTE, openSocket));
  }

  /** RTM_GETLINK with this IFLA_EXT_MASK; without one for 0. */
  async functionsOf(index: number, mask: number = RTEXT_FILTER_VF): Promise<NetlinkResult<FunctionsOfLink>> {
    const attributes = mask === 0 ? NOTHING : encodeAttributes(LINK, { IFLA_EXT_MASK: mask });
    const result = await this.client.request(RTM_GETLINK, encodeBody(IFINFOMSG, { ifi_index: index }, attributes));
    if (!result.ok) return result;
    const [reply] = result.value;
    const { values } = reply === undefined ? { values: {} } : decodeBody(IFINFOMSG, LINK, reply);
    const list = bytesIn(values, 'IFLA_VFINFO_LIST');
    const entries = list && listIn(decodeAttributes(VF_INFO_LIST, list), 'IFLA_VF_INFO').filter(isValues);
    return { ok: true, value: { count: numberIn(values, 'IFLA_NUM_VF'), entries, list } };
  }

  /** RTM_SETLINK with one IFLA_VF_INFO for each of `infos`, by IFLA_VF_ names. */
  set(index: number, ...infos: readonly Values[]): Promise<NetlinkResult<unknown>> {
    return this.setEncoded(index, encodeAttributes(VF_INFO_LIST, { IFLA_VF_INFO: infos }));
  }

  /** One IFLA_VF_INFO of attributes as they are: for requests that no encoder would make. */
  setRaw(
    index: number,
    ...attributes: readonly (readonly [type: number, data: Uint8Array])[]
  ): Promise<NetlinkResult<unknown>> {
    const inner = attributes.map(([type, data]) => encodeAttribute(type, data));
    const info = encodeAttribute(1, Uint8Array.from(inner.flatMap((bytes) => [...bytes])));
    return this.setEncoded(index, info);
  }

  setEncoded(index: number, list: Uint8Array): Promise<NetlinkResult<unknown>> {
    const attributes = encodeAttributes(LINK, { IFLA_VFINFO_LIST: list });
    return this.client.request(RTM_SETLINK, encodeBody(IFINFOMSG, { ifi_index: index }, attributes));
  }
}

/** The number of an attribute of IFLA_VF_INFO. */
export const vfAttribute = (name: string): number => VF_INFO.byName.get(name)?.number ?? 0;
