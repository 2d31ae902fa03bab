/** `nicspec lab` and the commands below it, with their options. */
import type { Command } from 'commander';
import { examples, exitWith } from './help.js';
import type { LabRunFlags } from './lab.js';
import { withRunOptions } from './runOptions.js';

const LAB_DEVICES_TEXT = 'e1000e, virtio-net, vmxnet3, igb, netdevsim, rocker, bridge';

export function addLab(root: Command): void {
  const lab = root.command('lab').description('real drivers of a Linux kernel, over devices that QEMU emulates');
  lab
    .command('setup')
    .description("build the lab out of Debian's packages; what is done is not done again")
    .option('--update', 'ask for newer packages')
    .addHelpText(
      'after',
      examples([['nicspec lab setup', 'as root, or with the packages of scripts/install-extras.sh']]),
    )
    .action(async (options: { update?: boolean }) => {
      const { labSetupCommand } = await import('./lab.js');
      await exitWith(labSetupCommand(options));
    });
  withRunOptions(
    lab
      .command('run')
      .description('run the suite on one device or on all; nicspec run --target lab:DEVICE is the same for one')
      .requiredOption('--device <device>', `${LAB_DEVICES_TEXT} or all`),
  )
    .addHelpText(
      'after',
      examples([
        ['nicspec lab run --device e1000e', ''],
        ['nicspec lab run --device all --only NIC-TSO-*', 'one area on every device'],
      ]),
    )
    .action(async (options: LabRunFlags) => {
      const { labRunCommand } = await import('./lab.js');
      await exitWith(labRunCommand(options));
    });
  lab
    .command('shell')
    .description('a console in the guest')
    .option('--device <device>', LAB_DEVICES_TEXT, 'e1000e')
    .addHelpText('after', examples([['nicspec lab shell --device rocker', 'poweroff -f leaves']]))
    .action(async (options: { device: string }) => {
      const { labShellCommand } = await import('./lab.js');
      await exitWith(labShellCommand(options));
    });
  lab
    .command('status')
    .description('what there is of the lab, and what is missing')
    .action(async () => {
      const { labStatusCommand } = await import('./lab.js');
      process.exitCode = labStatusCommand();
    });
  for (const command of lab.commands) command.exitOverride();
}
