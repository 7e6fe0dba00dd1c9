/** Snapshots of many nights of one instance, without an instance: each night a few integrations come, go and change. */
import { createHash } from 'node:crypto';
import { snapshotName } from '../../../functions/core/keys.ts';
import type { Manifest, SnapshotIntegration } from '../../../functions/core/snapshot/manifest.ts';
import { createRandom, type Random } from '../../simulator/random.ts';

const DAY_MS = 86_400_000;
const FIRST_NIGHT = Date.parse('2026-08-25T04:15:00Z');
const PEOPLE = ['maria.lopez@example.com', 'jan.novak@example.com', 'aiko.tanaka@example.com'] as const;
const SUBJECTS = ['Order', 'Invoice', 'Customer', 'Stock', 'Payment', 'Employee', 'Item', 'Journal'] as const;
const VERBS = ['Sync', 'Import', 'Export', 'Check', 'Notify'] as const;

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

export const integrationAt = (index: number, at: Date, random: Random): SnapshotIntegration => {
  const name = `${SUBJECTS[index % 8]} ${VERBS[Math.floor(index / 8) % 5]} ${index}`;
  const code = name.toUpperCase().replaceAll(' ', '_');
  const isActive = random.below(5) > 0;
  return {
    id: `${code}|01.00.0000`,
    code,
    version: '01.00.0000',
    name,
    status: isActive ? 'ACTIVATED' : 'CONFIGURED',
    lastUpdated: at.toISOString(),
    lastUpdatedBy: random.pick(PEOPLE),
    schedule: index % 6 === 0 ? (isActive ? 'started' : 'stopped') : null,
    tracing: { tracing: false, payload: false, recording: false },
    archive: {
      key: `integrations/prod/${code}/01.00.0000.iar`,
      versionId: `v${at.getTime()}`,
      bytes: 8_000 + random.below(250_000),
      sha256: digest(`${code} ${at.getTime()} bytes`),
      contentSha256: digest(`${code} ${at.getTime()}`),
    },
  };
};

interface Nights {
  readonly integrations: number;
  readonly nights: number;
  readonly seed: number;
  /** When the last one begins. */
  readonly lastAt?: Date;
}

/** Oldest first. */
export const forgeNights = ({ integrations, nights, seed, lastAt }: Nights): Manifest[] => {
  const random = createRandom(seed);
  const first = lastAt ? lastAt.getTime() - (nights - 1) * DAY_MS : FIRST_NIGHT;
  let next = integrations;
  let here = Array.from({ length: integrations }, (_, index) =>
    integrationAt(index, new Date(first - index * 1e6), random),
  );
  return Array.from({ length: nights }, (_, night): Manifest => {
    const startedAt = new Date(first + night * DAY_MS);
    if (night > 0) {
      const edited = new Date(startedAt.getTime() - random.below(DAY_MS / 2));
      here = here.flatMap((each) => changeSome(each, edited, random, integrations));
      if (random.below(3) === 0) here = [...here, integrationAt(next++, edited, random)];
    }
    const failed = night % 17 === 9 ? here.slice(0, 2) : [];
    return {
      formatVersion: 1,
      instance: 'prod',
      snapshot: snapshotName(startedAt),
      startedAt: startedAt.toISOString(),
      finishedAt: new Date(startedAt.getTime() + 94_000).toISOString(),
      complete: failed.length === 0,
      integrations: here.map((each) => (failed.includes(each) ? { ...each, archive: null } : each)),
      failures: failed.map(({ id }) => ({ id, kind: 'timeout', message: `exporting ${id} from prod took too long` })),
      warnings: [],
    };
  });
};

/** About six of all in a night, however many there are. */
const changeSome = (each: SnapshotIntegration, at: Date, random: Random, all: number): SnapshotIntegration[] => {
  const dice = random.next() * all;
  if (dice < 0.3) return [];
  if (dice < 4) {
    const { archive, lastUpdated } = integrationAt(0, at, random);
    const contentSha256 = digest(`${each.id} ${at.getTime()}`);
    const changed = archive && { ...archive, key: each.archive?.key ?? archive.key, contentSha256 };
    return [{ ...each, lastUpdated, lastUpdatedBy: random.pick(PEOPLE), archive: changed }];
  }
  if (dice < 5) return [{ ...each, status: each.status === 'ACTIVATED' ? 'CONFIGURED' : 'ACTIVATED', schedule: null }];
  return [each];
};
