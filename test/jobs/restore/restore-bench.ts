/** What the tests of restores work with beside the workshop: a restore by defaults. */
import { createForgetfulJournal } from '../../../functions/jobs/journal/journal.ts';
import { restore } from '../../../functions/jobs/restore/restore.ts';
import type {
  RestoreOptions,
  RestoreReport,
  RestoreServices,
} from '../../../functions/jobs/restore/restore-options.ts';
import type { OicClient } from '../../../functions/oic/client.ts';
import { WAITING } from '../deploy/install-bench.ts';
import type { Workshop } from '../workshop.ts';

const OPTIONS: RestoreOptions = {
  only: [],
  existing: 'skip',
  mirror: false,
  activation: 'as-captured',
  allowIncomplete: false,
  dryRun: false,
  concurrency: 8,
};

export type RestoreInto = (
  oic: OicClient,
  manifest: Parameters<typeof restore>[1],
  options?: Partial<RestoreOptions>,
  services?: Partial<RestoreServices>,
) => Promise<RestoreReport>;

/** Restores what lies in the vault of the workshop; every run is a first one. */
export const restoringFrom =
  (
    workshop: Pick<Workshop, 'vault'>,
    defaults: Partial<RestoreOptions> = {},
    ofAll: Partial<RestoreServices> = {},
  ): RestoreInto =>
  (oic, manifest, options = {}, services = {}) =>
    restore(
      {
        oic,
        vault: workshop.vault,
        journal: createForgetfulJournal(() => Promise.resolve()),
        connections: {},
        waiting: WAITING,
        progress: { phase: () => undefined, tick: () => undefined },
        ...ofAll,
        ...services,
      },
      manifest,
      { ...OPTIONS, ...defaults, ...options },
    );

/** Settings for the connection of the sample projects. */
export const SHOP_SETTINGS = {
  SHOP_REST: {
    securityPolicy: 'BASIC_AUTH',
    securityProperties: [
      { propertyName: 'username', propertyValue: 'u' },
      { propertyName: 'password', propertyValue: 'p-of-the-shop' },
    ],
  },
};
