/** Other names that a scenario gave a port: IFLA_ALT_IFNAME, which is added and taken away by messages of its own. */
import { encodeBody } from '../../../reference-impl/netlink/client.js';
import { RTM_DELLINKPROP } from '../../../reference-impl/netlink/constants.js';
import { IFINFOMSG, LINK } from '../../../reference-impl/netlink/families/rtnetlink.js';
import { encodeAttributes, listIn, nestIn } from '../../../reference-impl/netlink/schema.js';
import type { addedObjects, required } from './portState.js';
import type { PortAspect } from './portState.js';

/** How `portState.ts` puts back objects that were added. */
export interface AddedObjects {
  readonly addedObjects: typeof addedObjects;
  readonly required: typeof required;
}

export const otherNames = (how: AddedObjects): PortAspect =>
  how.addedObjects(
    'other names',
    async ({ route, ifIndex }) => {
      const { values } = how.required('the link', await route.link(ifIndex));
      const names = listIn(nestIn(values, 'IFLA_PROP_LIST'), 'IFLA_ALT_IFNAME').map(String);
      return new Map(
        names.map((name) => {
          const property = encodeAttributes(LINK, { IFLA_PROP_LIST: { IFLA_ALT_IFNAME: [name] } });
          return [name, encodeBody(IFINFOMSG, { ifi_index: ifIndex }, property)];
        }),
      );
    },
    ({ route }, body) => route.client.request(RTM_DELLINKPROP, body),
  );
