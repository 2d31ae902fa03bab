import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { DEVICE_PROTOCOL_FILE, deviceProtocol } from './deviceProtocol.js';

describe('the document of the device protocol', () => {
  const made = deviceProtocol();

  it('is the one that is made of the contract now (npm run schema)', () => {
    expect(JSON.parse(readFileSync(DEVICE_PROTOCOL_FILE, 'utf8'))).toEqual(made);
  });

  it('holds schemas that a validator takes', () => {
    const ajv = new Ajv({ strict: false });
    ajv.addSchema({ components: made.components }, 'document');
    for (const name of Object.keys(made.components.schemas))
      expect(ajv.getSchema(`document#/components/schemas/${name}`), name).toBeTypeOf('function');
  });

  it('says of each operation who has to have it', () => {
    const of = (name: string) => made.methods.find((method) => method.name === name);
    expect(of('netDevice.open')?.['x-optional']).toBeUndefined();
    expect(of('ethtool.getRings')).toMatchObject({ 'x-optional': true });
    expect(of('ethtool.getRings')?.['x-with']).toBeUndefined();
    expect(of('switchdev.leave')).toMatchObject({ 'x-optional': true, 'x-with': 'switchdev' });
  });

  it('writes bytes as base64 and nanoseconds as digits', () => {
    const { RxFrame } = made.components.schemas;
    expect(RxFrame?.properties).toMatchObject({
      bytes: { type: 'string', contentEncoding: 'base64' },
      hardwareTimestamp: { type: 'string' },
    });
  });
});
