/** Bit fields: a value and a selector of 32 bits each. */
import { Then, When } from '@cucumber/cucumber';
import { NETLINK_GENERIC } from '../../reference-impl/netlink/constants.js';
import { DEVLINK_CMD, DEVLINK_GENL_NAME } from '../../reference-impl/netlink/families/devlink.js';
import { DEVLINK } from '../../reference-impl/netlink/families/devlinkAttributes.js';
import { encodeAttributes, numberIn } from '../../reference-impl/netlink/schema.js';
import { encodeAttribute, viewOf } from '../../reference-impl/netlink/wire.js';
import { ATTRIBUTES_AT, genericRequest } from '../properties/netlinkRequests.js';
import { handleValuesOf } from './devlinkControl.js';
import { expectNumber, expectThat } from './expectations.js';
import { listFamilies } from './netlinkDiscovery.js';
import { ask, errorsIn, talk } from './netlinkTalk.js';
import type { NicWorld } from './world.js';

async function reloadWith(world: NicWorld, limits: Uint8Array): Promise<void> {
  const family = (await listFamilies(world)).find(({ name }) => name === DEVLINK_GENL_NAME);
  expectThat(family !== undefined, 'there is no family devlink');
  const handle = encodeAttributes(DEVLINK, await handleValuesOf(world));
  const attribute = encodeAttribute(DEVLINK.byName.get('DEVLINK_ATTR_RELOAD_LIMITS')?.number ?? 0, limits);
  talk(world).place = ATTRIBUTES_AT + handle.length;
  const body = genericRequest(DEVLINK_CMD.RELOAD, handle, attribute);
  await ask(world, { type: family.id, body, protocol: NETLINK_GENERIC });
}

When(
  'a reload of devlink is asked for with limits of the value {int} and the selector {int}',
  async function (this: NicWorld, value: number, selector: number) {
    const limits = new Uint8Array(8);
    viewOf(limits).setUint32(0, value, true);
    viewOf(limits).setUint32(4, selector, true);
    await reloadWith(this, limits);
  },
);

When('a reload of devlink is asked for with limits of {int} bytes', async function (this: NicWorld, bytes: number) {
  await reloadWith(this, new Uint8Array(bytes));
});

Then('the policy of the refusal has the mask {int}', function (this: NicWorld, mask: number) {
  const refusal = errorsIn(talk(this).messages).find(({ errno }) => errno !== 0);
  const told = numberIn(refusal?.policy ?? {}, 'NL_POLICY_TYPE_ATTR_BITFIELD32_MASK');
  expectThat(told !== undefined, 'no mask is told');
  expectNumber(told, mask, 'the mask');
});
