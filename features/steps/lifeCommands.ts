/** Commands for the law of the life of functions: the state machine of a physical function and of each virtual one. */
import fc from 'fast-check';
import { expectNumber, expectThat } from './expectations.js';
import { IFF_UP, setFlag } from './settings.js';
import { probeDriver, unbindDriver } from './sriovLife.steps.js';
import {
  deviceFolder,
  findVf,
  forgetDevices,
  netDeviceOfVf,
  readDevice,
  setVf,
  useVf,
  vfInfo,
  vfNumber,
  writeDevice,
} from './virtualFunctions.js';
import type { NicWorld } from './world.js';

const MOST = 4;

interface LifeFunction {
  isBound: boolean;
  vlan: number;
  isTrusted: boolean;
}

export class LifeModel {
  functions: LifeFunction[] = [];
  autoprobe = true;
  isUp = true;

  async start(world: NicWorld): Promise<void> {
    await forgetDevices(world);
    await world.target.reset();
    await setFlag(world, IFF_UP, true);
  }
}

type Command = fc.AsyncCommand<LifeModel, NicWorld>;

/** Runs, and looks at everything. */
const command = (
  text: string,
  run: (model: LifeModel, world: NicWorld) => Promise<void>,
  check: (model: Readonly<LifeModel>) => boolean = () => true,
): Command => ({
  check,
  run: async (model, world) => {
    await run(model, world);
    await expectState(model, world);
  },
  toString: () => text,
});

async function expectState({ functions }: LifeModel, world: NicWorld): Promise<void> {
  expectNumber(Number(await readDevice(world, 'sriov_numvfs')), functions.length, 'sriov_numvfs');
  for (let vf = 0; vf <= MOST; vf++) {
    const expected = functions[vf];
    const isThere = (await world.target.sysfs.read(`${deviceFolder(world)}/virtfn${vf}/uevent`)).ok;
    expectThat(isThere === (expected !== undefined), `virtfn${vf} is ${isThere ? '' : 'not '}there`);
    const has = (await netDeviceOfVf(world, vf)) !== undefined;
    expectThat(has === (expected?.isBound === true), `VF ${vf} has ${has ? 'a' : 'no'} net device`);
    if (expected === undefined) continue;
    const info = await vfInfo(world, vf);
    expectNumber(vfNumber(info, 'IFLA_VF_VLAN', 'vlan'), expected.vlan, `the VLAN of VF ${vf}`);
    expectNumber(vfNumber(info, 'IFLA_VF_TRUST', 'setting'), expected.isTrusted ? 1 : 0, `the trust of VF ${vf}`);
  }
}

const setNumber = (count: number): Command =>
  command(`numvfs(${count})`, async (model, world) => {
    const before = model.functions.length;
    if (count === 0) await forgetDevices(world);
    const result = await writeDevice(world, 'sriov_numvfs', String(count));
    const allowed = count === before || count === 0 || (before === 0 && count <= MOST);
    expectThat(result.ok === allowed, `it was ${result.ok ? 'accepted' : 'refused'}`);
    if (!result.ok || count === before) return;
    const isBound = model.autoprobe;
    model.functions = Array.from({ length: count }, () => ({ isBound, vlan: 0, isTrusted: false }));
  });

const setAutoprobe = (on: boolean): Command =>
  command(`autoprobe(${on})`, async (model, world) => {
    expectThat((await writeDevice(world, 'sriov_drivers_autoprobe', on ? '1' : '0')).ok, 'it was refused');
    model.autoprobe = on;
  });

/** Only of functions that there are. */
const ofVf = (
  text: string,
  vf: number,
  run: (of: LifeFunction, world: NicWorld, model: LifeModel) => Promise<void>,
  check: (of: LifeFunction) => boolean = () => true,
): Command =>
  command(
    `${text}(${vf})`,
    async (model, world) => {
      const of = model.functions[vf];
      if (of !== undefined) await run(of, world, model);
    },
    ({ functions }) => {
      const of = functions[vf];
      return of !== undefined && check(of);
    },
  );

const unbind = (vf: number): Command =>
  ofVf(
    'unbind',
    vf,
    async (of, world) => {
      await unbindDriver(world, vf);
      of.isBound = false;
    },
    ({ isBound }) => isBound,
  );

const probe = (vf: number): Command =>
  ofVf(
    'probe',
    vf,
    async (of, world, { isUp, autoprobe }) => {
      await probeDriver(world, vf);
      if (!autoprobe) return;
      of.isBound = true;
      if (isUp) await useVf(world, vf);
      else await findVf(world, vf);
    },
    ({ isBound }) => !isBound,
  );

const reset = (vf: number): Command =>
  ofVf('reset', vf, async (_of, world) => {
    expectThat((await writeDevice(world, `virtfn${vf}/reset`, '1')).ok, 'it was refused');
  });

const setVlan = (vf: number, vlan: number): Command =>
  ofVf(`vlan ${vlan}`, vf, async (of, world) => {
    await setVf(world, { IFLA_VF_VLAN: { vf, vlan, qos: 0 } });
    of.vlan = vlan;
  });

const setTrust = (vf: number, on: boolean): Command =>
  ofVf(`trust ${on}`, vf, async (of, world) => {
    await setVf(world, { IFLA_VF_TRUST: { vf, setting: on ? 1 : 0 } });
    of.isTrusted = on;
  });

const setPhysical = (up: boolean): Command =>
  command(`physical(${up ? 'up' : 'down'})`, async (model, world) => {
    await setFlag(world, IFF_UP, up);
    model.isUp = up;
  });

export function lifeCommands(): fc.Arbitrary<Command>[] {
  const vf = fc.integer({ min: 0, max: MOST - 1 });
  return [
    fc.integer({ min: 0, max: MOST }).map(setNumber),
    fc.constantFrom(0, 0, 2, 3, 60_000).map(setNumber),
    fc.boolean().map(setAutoprobe),
    vf.map(unbind),
    vf.map(probe),
    vf.map(reset),
    fc.tuple(vf, fc.constantFrom(0, 10)).map(([of, vlan]) => setVlan(of, vlan)),
    fc.tuple(vf, fc.boolean()).map(([of, on]) => setTrust(of, on)),
    fc.boolean().map(setPhysical),
  ];
}
