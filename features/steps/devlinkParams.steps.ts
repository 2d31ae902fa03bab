/** Params of devlink, set in words. */
import { Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { nestIn, textIn } from '../../reference-impl/netlink/schema.js';
import { viewOf } from '../../reference-impl/netlink/wire.js';
import { ask, devlinkNotes, dumped, forgetAnnounced, insist, paramIn, type ParamShown } from './devlinkControl.js';
import { expectNumber, expectThat } from './expectations.js';
import type { NicWorld } from './world.js';

const NLA_U32 = 3;
const NLA_FLAG = 6;
const DRIVERINIT = 1;

const u32 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, true);
  return bytes;
};

async function paramCalled(world: NicWorld, name: string): Promise<ParamShown> {
  const found = (await dumped(world, 'PARAM_GET')).map(paramIn).find((param) => param.name === name);
  expectThat(found !== undefined, `no param is called ${name}`);
  return found;
}

Then(
  'each param of the instance has a name, a type, and a value for each of its cmodes',
  async function (this: NicWorld) {
    const params = (await dumped(this, 'PARAM_GET')).map(paramIn);
    expectThat(params.length > 0, 'the instance has no params');
    for (const { name, type, values } of params) {
      expectThat(name !== '' && type > 0 && values.size > 0, `the param ${name} is not told whole`);
      for (const data of values.values()) expectThat(data !== undefined || type === NLA_FLAG, `${name} has no value`);
    }
    expectNumber(new Set(params.map(({ name }) => name)).size, params.length, 'names');
  },
);

Then('a value of a driverinit param that was set is what is shown', async function (this: NicWorld) {
  const param = (await dumped(this, 'PARAM_GET'))
    .map(paramIn)
    .find(({ values, type }) => values.has(DRIVERINIT) && type === NLA_U32);
  expectThat(param !== undefined, 'no driverinit param is a number');
  const before = param.values.get(DRIVERINIT);
  const most = before === undefined ? 1 : viewOf(before).getUint32(0, true);
  await this.law(
    fc.asyncProperty(fc.integer({ min: 1, max: most }), async (value) => {
      await insist(this, 'PARAM_SET', {
        DEVLINK_ATTR_PARAM_NAME: param.name,
        DEVLINK_ATTR_PARAM_TYPE: NLA_U32,
        DEVLINK_ATTR_PARAM_VALUE_CMODE: DRIVERINIT,
        DEVLINK_ATTR_PARAM_VALUE_DATA: u32(value),
      });
      const data = (await paramCalled(this, param.name)).values.get(DRIVERINIT);
      expectThat(data !== undefined, 'no value is shown');
      expectNumber(viewOf(data).getUint32(0, true), value, `the value of ${param.name}`);
    }),
  );
});

When(
  /^the param (\w+) is set to (\d+) with the cmode (\d)$/,
  async function (this: NicWorld, name: string, value: string, cmode: string) {
    if (devlinkNotes(this).listener !== undefined) await forgetAnnounced(this);
    await ask(this, 'PARAM_SET', {
      DEVLINK_ATTR_PARAM_NAME: name,
      DEVLINK_ATTR_PARAM_TYPE: NLA_U32,
      DEVLINK_ATTR_PARAM_VALUE_CMODE: Number(cmode),
      DEVLINK_ATTR_PARAM_VALUE_DATA: u32(Number(value)),
    });
  },
);
When(/^the switch (\w+) is set (on|off)$/, async function (this: NicWorld, name: string, state: string) {
  await ask(this, 'PARAM_SET', {
    DEVLINK_ATTR_PARAM_NAME: name,
    DEVLINK_ATTR_PARAM_TYPE: NLA_FLAG,
    DEVLINK_ATTR_PARAM_VALUE_CMODE: 0,
    ...(state === 'on' ? { DEVLINK_ATTR_PARAM_VALUE_DATA: new Uint8Array(0) } : {}),
  });
});
When(/^the label (\w+) is set to "(.*)" for good$/, async function (this: NicWorld, name: string, label: string) {
  await ask(this, 'PARAM_SET', {
    DEVLINK_ATTR_PARAM_NAME: name,
    DEVLINK_ATTR_PARAM_TYPE: 5,
    DEVLINK_ATTR_PARAM_VALUE_CMODE: 2,
    DEVLINK_ATTR_PARAM_VALUE_DATA: new TextEncoder().encode(`${label}\0`),
  });
});
Then(/^the param (\w+) shows (\d+)$/, async function (this: NicWorld, name: string, value: string) {
  const [data] = [...(await paramCalled(this, name)).values.values()];
  expectNumber(data === undefined ? -1 : viewOf(data).getUint32(0, true), Number(value), name);
});

/** DEVLINK_PARAM_GENERIC_…_NAME of include/net/devlink.h. */
const GENERIC_NAMES: ReadonlySet<string> = new Set([
  'internal_error_reset',
  'max_macs',
  'enable_sriov',
  'region_snapshot_enable',
  'ignore_ari',
  'msix_vec_per_pf_max',
  'msix_vec_per_pf_min',
  'fw_load_policy',
  'reset_dev_on_drv_probe',
  'enable_roce',
  'enable_remote_dev_reset',
  'enable_eth',
  'enable_rdma',
  'enable_vnet',
  'enable_iwarp',
  'io_eq_size',
  'event_eq_size',
]);
Then('each param is marked as generic if its name is one of those, and not otherwise', async function (this: NicWorld) {
  const params = (await dumped(this, 'PARAM_GET')).map((values) => nestIn(values, 'DEVLINK_ATTR_PARAM'));
  expectThat(params.length > 0, 'there are no params');
  for (const param of params) {
    const name = textIn(param, 'DEVLINK_ATTR_PARAM_NAME') ?? '';
    const isMarked = param?.['DEVLINK_ATTR_PARAM_GENERIC'] === true;
    expectThat(isMarked === GENERIC_NAMES.has(name), `${name} is ${isMarked ? '' : 'not '}marked`);
  }
});
