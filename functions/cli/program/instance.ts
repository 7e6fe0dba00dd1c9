/** What there is to type about one instance: to look at it, and to change single items of it. */
import { EITHER, KIND_WORDS } from '../kinds/option.ts';
import { CONFIRM, type Define, DROP_BOX, SAFE, VAULT } from './define.ts';

const KINDS = KIND_WORDS.join(', ');

export const defineInstance = (command: Define): void => {
  command(
    'list <instance>',
    'all integrations, or all of another kind',
    'list prod --status ACTIVATED',
    async () => (await import('../integrations.ts')).list,
  )
    .option('--status <status>', 'only those with this status, e.g. ACTIVATED or CONFIGURED')
    .option('--name <text>', 'only those whose name contains this text')
    .option('--kind <kind>', `instead of integrations one of ${KINDS}`);

  command(
    'show <instance> [id]',
    'one integration',
    'show prod HELLO_WORLD/01.00.0000',
    async () => (await import('../integrations.ts')).show,
  )
    .option('--picture', 'draw its flow as SVG')
    .option('--out <file>', 'file or directory to draw to (default: CODE_VERSION.svg here)')
    .option('--vault <location>', "draw the archive of the newest snapshot there, not the instance's own")
    .addHelpText(
      'after',
      `  $ oic show prod HELLO_WORLD/01.00.0000 --picture
  $ oic show hello.iar --picture
  $ oic show before.iar after.iar --picture

Of two archives it is drawn what was added, removed and changed. A file needs no instance and no settings.`,
    );

  command(
    'export <instance> <id>',
    'one archive to a file',
    'export prod HELLO_WORLD/01.00.0000 --out hello.iar',
    async () => (await import('../integrations.ts')).exportOne,
  )
    .option('--out <file>', 'file or directory to write to (default: CODE_VERSION.iar here)')
    .option('--kind <kind>', `instead of an integration a ${EITHER.exported}`)
    .addHelpText(
      'after',
      `  $ oic export prod SHOP --kind project
  $ oic export prod TOOLS/01.00.0000 --kind library`,
    );

  command(
    'import <instance> <files...>',
    'add, or replace what is there; nothing is activated',
    'import test HELLO_WORLD_01.00.0000.iar',
    async () => (await import('../kinds/import.ts')).importFiles,
  )
    .option('--kind <kind>', `what the files are (integrations, ${EITHER.imported}), where their endings do not say it`)
    .addOption(SAFE)
    .option(...CONFIRM)
    .addHelpText(
      'after',
      `  $ oic import test CODES.csv SHOP.car

A lookup has the name that its first line tells; a file that tells none is refused. Before anything that is there is replaced, the
instance's own is kept below safety/ in the vault, as a file that can be imported. What ran in a project runs again afterwards,
and when it cannot, its own is put back.`,
    );

  command(
    'activate <instance> <ids...>',
    'activate and wait until it is so',
    'activate test HELLO_WORLD/01.00.0000',
    async () => (await import('../changes.ts')).activate,
  ).option(...CONFIRM);

  command(
    'deactivate <instance> <ids...>',
    'deactivate and wait until it is so; a running schedule is stopped',
    'deactivate test HELLO_WORLD/01.00.0000',
    async () => (await import('../changes.ts')).deactivate,
  ).option(...CONFIRM);

  command(
    'delete <instance> <ids...>',
    'delete; an active one only with --deactivate',
    'delete test HELLO_WORLD/01.00.0000 --deactivate',
    async () => (await import('../changes.ts')).deleteIntegrations,
  )
    .option('--deactivate', 'deactivate it first when it is active')
    .addOption(SAFE)
    .option(...CONFIRM)
    .addHelpText(
      'after',
      '\nIts archive is kept below safety/ in the vault first, as a file for `oic import`; without that nothing is deleted.',
    );

  command(
    'connections <instance>',
    'connections, what is required of them and not set, and who has one open',
    'connections test --template',
    async () => (await import('../connections.ts')).connections,
  ).option(
    '--template',
    'the `connections` part of the credentials document: what Oracle tells is in it, the rest to fill',
  );

  command(
    'doctor <instance>',
    'what keeps an instance from being backed up, and what a change that was cut off left undone',
    'doctor prod',
    async () => (await import('../doctor/doctor.ts')).doctor,
  )
    .addOption(VAULT)
    .option(...DROP_BOX);
};
