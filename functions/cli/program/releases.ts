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
    'approve <instance> <drop>',
    'let a drop go on that waits for an approval, or refuse it',
    'approve prod deploy/prod/HELLO_WORLD.iar --by "Grace Hopper"',
    async () => (await import('../approve.ts')).approve,
  )
    .option(...DROP_BOX)
    .requiredOption('--by <name>', 'who approves it; the receipt says so')
    .option('--refuse <reason>', 'it is not to be deployed, and why');

  command(
    'watch <instance>',
    'deploy what is put into DIR/deploy/INSTANCE/; one line of JSON a receipt',
    'watch test --drop-box ./drop-box',
    async () => (await import('../watch.ts')).watch,
  )
    .option(...DROP_BOX)
    .option(...CONFIRM);
};
