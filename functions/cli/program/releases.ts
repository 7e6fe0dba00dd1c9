/** What there is to type to bring files into an instance. */
import { CONFIRM, type Define, DROP_BOX } from './define.ts';

export const defineReleases = (command: Define): void => {
  command(
    'deploy <instance> <files...>',
    'import or replace, connect, activate; put back when it fails',
    'deploy test HELLO_WORLD_01.00.0000.iar --dry-run',
    async () => (await import('../deploy.ts')).deploy,
  )
    .option(...DROP_BOX)
    .option('--dry-run', 'print the plan, change nothing')
    .option(...CONFIRM)
    .option('--allow-downgrade', 'an older version may displace a newer active one of its major version');

  command(
    'watch <instance>',
    'deploy what is put into DIR/deploy/INSTANCE/; one line of JSON a receipt',
    'watch test --drop-box ./drop-box',
    async () => (await import('../watch.ts')).watch,
  )
    .option(...DROP_BOX)
    .option(...CONFIRM);
};
