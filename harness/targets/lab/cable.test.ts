import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { TargetLost } from '../../contract/index.js';
import { Cable } from './cable.js';

const folder = mkdtempSync(join(tmpdir(), 'nicspec-cable-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a cable', () => {
  it('whose machine is gone fails at once, and does not wait for room', async () => {
    const path = join(folder, 'wire.sock');
    const cable = await Cable.listen(path, () => Promise.resolve());
    const machine = connect(path);
    await cable.connected;
    const end = cable.open();
    await end.send([{ bytes: new Uint8Array(60) }]);
    machine.destroy();
    await sleep(50);
    await expect(end.send([{ bytes: new Uint8Array(60) }])).rejects.toThrow(TargetLost);
    cable.close();
  });
});
