import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../runner/project.js';
import { findProgram } from '../lab/program.js';
import { parseCabledPorts } from './cabledPorts.js';
import { probeLinux } from './index.js';

describe('the name of two cabled ports', () => {
  it('has both, and what is allowed', () => {
    expect(parseCabledPorts('dut=eth2,peer=eth3')).toEqual({ dut: 'eth2', peer: 'eth3', force: false });
    expect(parseCabledPorts('peer=b,force,dut=a')).toEqual({ dut: 'a', peer: 'b', force: true });
  });

  it.each([
    ['dut=eth2', 'names no peer'],
    ['peer=eth3', 'names no dut'],
    ['dut=,peer=eth3', 'names no dut'],
    ['dut=a,dut=b,peer=c', 'names no dut'],
    ['dut=a,peer=a', 'a cannot be cabled to itself'],
    ['dut=a,peer=b,farce', '"farce" in "linux:dut=a,peer=b,farce" is not known'],
  ])('%s is refused with the form: %s', (text, message) => {
    expect(() => parseCabledPorts(text)).toThrow(message);
    expect(() => parseCabledPorts(text)).toThrow('linux:dut=NETDEV,peer=NETDEV');
  });
});

const probe = probeLinux();
const canRun = probe.ok && ['unshare', 'ip', 'ethtool'].every((name) => findProgram(name) !== undefined);
if (!canRun) {
  const reason = probe.ok ? 'unshare, ip or ethtool is missing (scripts/install-extras.sh)' : probe.reason;
  process.stderr.write(`the tests of two cabled ports are skipped: ${reason}\n`);
}

const NICSPEC = join(PROJECT_ROOT, 'bin', 'nicspec.js');
const folder = mkdtempSync(join(tmpdir(), 'nicspec-ports-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Everything of the port that a user sets, as ip and ethtool tell it. */
const STATE =
  'state() { ip -d link show d0; ip -d link show d1; ip addr show dev d0 | grep "inet "; ip route; ethtool -k d0; }';
const PORTS = `${STATE}
ip link add d0 type veth peer name d1
ip link set d0 up mtu 1400 promisc on; ip link set d1 up
ethtool -K d0 gro on tso off >/dev/null
run() { node ${NICSPEC} run --profile virtual-nic --only NIC-BASE-001 --only 'NIC-NL-*' --only 'NIC-LINK-*' --out ${folder}/run "$@"; }
`;
const IN_USE = 'ip addr add 10.9.8.7/24 dev d0; ip route add default via 10.9.8.1 dev d0\n';

/** In a machine's network of its own: a namespace that nothing else knows. */
function machine(script: string): SpawnSyncReturns<string> {
  const file = join(folder, 'script.sh');
  writeFileSync(file, PORTS + script);
  return spawnSync('unshare', ['-n', 'bash', file], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
}

const RUN_AND_COMPARE = `state > ${folder}/before; run --target linux:dut=d0,peer=d1,force; echo "code $?"; state > ${folder}/after`;
const text = (name: string): string => readFileSync(join(folder, name), 'utf8');

describe.skipIf(!canRun)('two cabled ports', { timeout: 60_000 }, () => {
  it('are as they were after a run, with addresses, routes and features', () => {
    const { stdout } = machine(IN_USE + RUN_AND_COMPARE);
    expect(stdout).toContain('linux:dut=d0,peer=d1,force  Linux virtual device');
    expect(stdout).toMatch(/NIC-BASE +1 pass/);
    expect(text('after')).toBe(text('before'));
  });

  it.each([
    ['with the default route', IN_USE, 'd0 carries the default route: nothing was changed'],
    ['with an address', 'ip addr add 10.9.8.7/24 dev d0\n', 'd0 has an address: nothing was changed'],
    [
      'that belong to a bridge',
      'ip link add br0 type bridge && ip link set d0 master br0\n',
      'd0 is a port of a bridge or bond',
    ],
  ])('%s are refused', (_, use, message) => {
    const { stdout, stderr } = machine(`${use}run --target linux:dut=d0,peer=d1; echo "code $?"`);
    // A kernel without bridges cannot show the last one.
    if (stderr.includes('Unknown device type') || stderr.includes('not supported')) return;
    expect([stdout.trim(), stderr]).toEqual(['code 3', expect.stringContaining(message)]);
  });

  it('that do not exist are named, with those that do', () => {
    const { stdout, stderr } = machine('run --target linux:dut=d0,peer=d7; echo "code $?"');
    expect([stdout.trim(), stderr]).toEqual([
      'code 3',
      expect.stringContaining('no net device is called d7; there are: lo, d1, d0'),
    ]);
  });

  it.each(['INT', 'KILL'])('are as they were after SIG%s', async (signal) => {
    const script = `${IN_USE}state > ${folder}/before; echo ready
${PORTS.split('\n').at(-2) ?? ''}
node ${NICSPEC} run --target linux:dut=d0,peer=d1,force --profile virtual-nic --out ${folder}/run & echo "run $!"
read line; state > ${folder}/after`;
    const file = join(folder, 'killed.sh');
    writeFileSync(file, PORTS + script);
    const shell = spawn('unshare', ['-n', 'bash', file], { stdio: ['pipe', 'pipe', 'ignore'] });
    let said = '';
    shell.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const records = join(folder, 'run', 'records.ndjson');
    rmSync(records, { force: true });
    let pid: string | undefined;
    while (pid === undefined || !hasPassed(records)) {
      await sleep(50);
      pid = /run (\d+)/.exec(said)?.[1];
    }
    process.kill(Number(pid), `SIG${signal}`);
    await sleep(3000);
    shell.stdin.end('go on\n');
    await new Promise((resolve) => shell.once('exit', resolve));
    expect(text('after')).toBe(text('before'));
  });
});

function hasPassed(records: string): boolean {
  try {
    return readFileSync(records, 'utf8').includes('"outcome":"pass"');
  } catch {
    return false;
  }
}
