/** The law of settings: told as they were set, or refused with nothing changed. */
import { Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { Values } from '../../reference-impl/netlink/schema.js';
import { expectNumber, expectThat } from './expectations.js';
import { sameSettings, settingsOf, worded } from './sriovSettings.steps.js';
import { macIn, macValues, vfClient, vfNumber } from './virtualFunctions.js';
import type { NicWorld } from './world.js';

/** A request, and what has to be told once it is accepted. */
interface VfChange {
  readonly text: string;
  readonly info: Values;
  readonly check: (told: Values) => void;
}

const expectTold = (attribute: string, members: Readonly<Record<string, number>>) => (told: Values) => {
  for (const [member, value] of Object.entries(members))
    expectNumber(vfNumber(told, attribute, member), value, `${attribute}, ${member}`);
};

const number = (most: number): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: 0, max: most }), fc.constantFrom(0, most, most + 1, 0xffff, 0x7fff_ffff, 0xffff_ffff));
const vf = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(0, 1) }, fc.constantFrom(2, 0x7fff_ffff, 0xffff_ffff));
const onOff = fc.constantFrom(0, 1);

const mac = fc.tuple(vf, fc.uint8Array({ minLength: 6, maxLength: 6 })).map(([of, bytes]): VfChange => {
  const address = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
  return {
    text: `MAC ${address} of VF ${of}`,
    info: macValues(of, address),
    check: (told) => expectThat(macIn(told) === address, `the MAC that is told is ${macIn(told)}`),
  };
});

const vlan = fc.tuple(vf, number(4095), number(7)).map(([of, id, qos]): VfChange => ({
  text: `VLAN ${id} with priority ${qos} of VF ${of}`,
  info: { IFLA_VF_VLAN: { vf: of, vlan: id, qos } },
  // The operation takes 16 and 8 bits.
  check: expectTold('IFLA_VF_VLAN', { vlan: id & 0xffff, qos: qos & 0xff }),
}));

const rate = fc.tuple(vf, fc.constantFrom(0, 0, 10), number(1000)).map(([of, lowest, highest]): VfChange => ({
  text: `rates ${lowest} and ${highest} of VF ${of}`,
  info: { IFLA_VF_RATE: { vf: of, min_tx_rate: lowest, max_tx_rate: highest } },
  check: expectTold('IFLA_VF_RATE', { min_tx_rate: lowest, max_tx_rate: highest }),
}));

const simple = (
  name: string,
  attribute: string,
  member: string,
  values: fc.Arbitrary<number>,
): fc.Arbitrary<VfChange> =>
  fc.tuple(vf, values).map(([of, value]) => ({
    text: `${name} ${value} of VF ${of}`,
    info: { [attribute]: { vf: of, [member]: value } },
    check: expectTold(attribute, { [member]: value }),
  }));

const change: fc.Arbitrary<VfChange> = fc.oneof(
  mac,
  vlan,
  rate,
  simple('spoof check', 'IFLA_VF_SPOOFCHK', 'setting', onOff),
  simple('trust', 'IFLA_VF_TRUST', 'setting', onOff),
  simple('link state', 'IFLA_VF_LINK_STATE', 'link_state', number(2)),
);

const isZero = (info: Values): boolean => macIn(info) === '00:00:00:00:00:00';

Then(
  'for every setting of a function, it is told as it was set, or it is refused and nothing has changed',
  async function (this: NicWorld) {
    const client = await vfClient(this);
    const property = fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
      for (const { text, info, check } of changes) {
        const before = [await settingsOf(this, 0), await settingsOf(this, 1)];
        const answer = await client.set(this.port.ifIndex, info);
        const after = [await settingsOf(this, 0), await settingsOf(this, 1)];
        const numbers = Object.values(info).map((value) => Number((value as Values)['vf']));
        const [of = 0] = numbers;
        for (const [index, told] of after.entries()) {
          if (answer.ok && index === of) continue;
          const was = before[index] ?? {};
          expectThat(sameSettings(told, was), `after ${text}, VF ${index} is ${worded(told)} and was ${worded(was)}`);
        }
        const told = after[of];
        if (!answer.ok) continue;
        expectThat(told !== undefined, `${text} was accepted, and there is no such function`);
        // With zero the function chooses.
        if (info['IFLA_VF_MAC'] === undefined || !isZero(info)) check(told);
      }
    });
    await this.law(property);
  },
);
