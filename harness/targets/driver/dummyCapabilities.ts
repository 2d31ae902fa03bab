/** Whether a kernel makes dummies, net devices without a cable: asked by making one. */
import { encodeBody } from '../../../reference-impl/netlink/client.js';
import { NLM_F_CREATE, NLM_F_EXCL, RTM_NEWLINK } from '../../../reference-impl/netlink/constants.js';
import { IFINFOMSG, LINK } from '../../../reference-impl/netlink/families/rtnetlink.js';
import type { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { encodeAttributes, numberIn } from '../../../reference-impl/netlink/schema.js';
import type { CapabilityAnswers } from '../../contract/index.js';

const PROBE_NAME = 'probedummy0';

/** Over a client of any kernel, which may load its module for the question. The device is taken away again. */
export async function askDummy(route: RouteClient): Promise<CapabilityAnswers> {
  const values = { IFLA_IFNAME: PROBE_NAME, IFLA_LINKINFO: { IFLA_INFO_KIND: 'dummy' } };
  const body = encodeBody(IFINFOMSG, {}, encodeAttributes(LINK, values));
  const made = await route.client.request(RTM_NEWLINK, body, NLM_F_CREATE | NLM_F_EXCL);
  if (!made.ok)
    return {
      dummy: { present: false, reason: `This kernel makes no dummies (CONFIG_DUMMY): ${made.error.errnoName}.` },
    };
  const link = await route.link(PROBE_NAME);
  if (link.ok) await route.removeLink(numberIn(link.value.header, 'ifi_index') ?? 0);
  return { dummy: { present: true } };
}
