/** One of each kind that the target has with other content: left, replaced, and put back when that fails or is cut off. */
import { describe, expect, test } from 'vitest';
import type { OicClient } from '../../../functions/oic/client.ts';
import { failureOf } from '../../oic/simulated.ts';
import { rounds } from '../../rounds.ts';
import type { Behaviour } from '../../simulator/behaviour.ts';
import { createRandom } from '../../simulator/random.ts';
import { changesIn } from '../requests.ts';
import { useWorkshop } from '../workshop.ts';
import {
  AS_CAPTURED,
  differences,
  fill,
  fillEdited,
  KINDS,
  markerOf,
  running,
  WITHOUT_PASSWORDS,
} from './one-of-each.ts';
import { restoringFrom, SHOP_SETTINGS } from './restore-bench.ts';

const workshop = useWorkshop(WITHOUT_PASSWORDS);
const { start } = workshop;
const restoreInto = restoringFrom(workshop, { concurrency: 4 });
const SETTINGS = { connections: SHOP_SETTINGS };
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

describe('what the target has with other content', () => {
  const arrange = async (behaviour: Partial<Behaviour> = {}) => {
    const source = await start();
    fill(source.simulator);
    const manifest = await workshop.snapshotOf(source.oic, { kinds: KINDS });
    const target = await start({ behaviour });
    fillEdited(target.simulator);
    return { manifest, ...target };
  };

  test('is left by default, and said', async () => {
    const { manifest, simulator, oic } = await arrange();

    const { plan, kinds, failures } = await restoreInto(oic, manifest);

    expect(changesIn(simulator)).toEqual([]);
    expect(failures).toEqual([]);
    expect(kinds).toMatchObject({ lookups: { skipped: 2 }, projects: { skipped: 1 } });
    expect(plan.filter((step) => step.do === 'skip').map(({ id }) => id)).toEqual([
      'lookup CODES',
      'library TOOLS|01.00.0000',
      'project SHOP',
    ]);
  });

  test('is replaced when that is asked for, a copy of each kept first', async () => {
    const { manifest, simulator, oic } = await arrange();

    const report = await restoreInto(oic, manifest, { existing: 'replace' }, SETTINGS);

    expect(report).toMatchObject({
      failures: [],
      kinds: { lookups: { replaced: 1, skipped: 1 }, libraries: { replaced: 1 }, projects: { replaced: 1 } },
    });
    expect(changesIn(simulator)).toEqual([
      'lookup-replace CODES',
      'library-update TOOLS|01.00.0000',
      // Refused while it runs.
      'project-replace SHOP',
      'deactivate NIGHTLY|01.00.0000 in SHOP',
      'schedule-stop ORDER|01.00.0000 in SHOP',
      'deactivate ORDER|01.00.0000 in SHOP',
      'project-replace SHOP',
      'activate NIGHTLY|01.00.0000 in SHOP',
      'schedule-start NIGHTLY|01.00.0000 in SHOP',
      'activate ORDER|01.00.0000 in SHOP',
    ]);
    // Compared, kept right before it is replaced, and proved after each of the two writes.
    expect(simulator.requests.filter(({ kind }) => kind === 'project-export')).toHaveLength(4);
    expect(running(simulator)).toEqual(AS_CAPTURED);
    expect(await differences(workshop.vault, manifest, oic)).toEqual([]);
    expect(await workshop.files()).toEqual(
      expect.arrayContaining([
        'safety/dev/libraries/TOOLS/01.00.0000.jar',
        'safety/dev/lookups/CODES.csv',
        'safety/dev/projects/SHOP.car',
      ]),
    );
  });

  test('is a project whose connections would lose their passwords: it is not replaced, and the sentence says what would help', async () => {
    const { manifest, simulator, oic } = await arrange({ projectPut: 404 });

    const { failures } = await restoreInto(oic, manifest, { existing: 'replace' });

    expect(failures).toMatchObject([{ id: 'project SHOP', step: 'replace' }]);
    expect(failures[0]?.message).toMatch(/without losing passwords.*no settings for SHOP_REST/);
    expect(running(simulator)).toMatchObject({ marker: 'edited since' });
  });

  test('is put back as it was when the other project cannot be imported: archive, active, schedule', async () => {
    const { manifest, simulator, oic } = await arrange({ projectPut: 404 });
    const before = running(simulator);
    simulator.faults.add({ match: { kind: 'project-import', times: 1 }, answer: { status: 400 } });

    const { failures } = await restoreInto(oic, manifest, { existing: 'replace' }, SETTINGS);

    expect(failures).toMatchObject([
      { id: 'project SHOP', step: 'replace', message: expect.stringMatching(/its own project SHOP as before/) },
    ]);
    expect(running(simulator)).toEqual(before);
  });

  test('is locked: it is refused with who has it open', async () => {
    const { manifest, simulator, oic } = await arrange();
    Object.assign(simulator.instance.lookups.get('CODES') ?? {}, { lockedBy: 'bob@example.com' });

    const { failures } = await restoreInto(oic, manifest, { existing: 'replace' }, SETTINGS);

    expect(failures).toMatchObject([
      { id: 'lookup CODES', step: 'refuse', message: expect.stringContaining('bob@example.com') },
    ]);
  });

  test.each([
    ['in place', 200],
    ['by deletion and import', 404],
  ] as const)(
    `is replaced %s to the end after a kill at any of its requests (SEED=${seed})`,
    async (_, projectPut) => {
      const { manifest, oic: whole } = await arrange({ projectPut });
      const replaceWith = (oic: OicClient) => restoreInto(oic, manifest, { existing: 'replace' }, SETTINGS);
      const all = mortal(whole);
      await replaceWith(all.oic);

      for (const kill of drawKills(all.asked)) {
        const { simulator, oic } = await start({ behaviour: { projectPut } });
        fillEdited(simulator);

        const death = await failureOf(replaceWith(mortal(oic, kill).oic));
        const report = await replaceWith(oic);

        expect({ ...kill, death: death.message, failures: report.failures }).toEqual({
          ...kill,
          death: 'killed',
          failures: [],
        });
        expect({ ...kill, ...running(simulator) }).toEqual({ ...kill, ...AS_CAPTURED });
        expect(await differences(workshop.vault, manifest, oic)).toEqual([]);
        const copy = await workshop.store.get('safety/dev/projects/SHOP.car');
        expect({ ...kill, copy: markerOf(copy?.body ?? Buffer.alloc(0)) }).toEqual({ ...kill, copy: 'edited since' });
        for (const it of workshop.open.splice(-2).reverse()) await it.close();
      }
    },
    60_000,
  );

  test('is put back by the next run, when the one that deleted it was cut off and the other cannot be imported', async () => {
    const { manifest, simulator, oic } = await arrange({ projectPut: 404 });
    const before = running(simulator);
    const dying: OicClient = {
      ...oic,
      importProject: () => Promise.reject(new Error('killed')),
    };
    await failureOf(restoreInto(dying, manifest, { existing: 'replace' }, SETTINGS));
    expect(simulator.instance.listProjects()).toEqual([]);

    simulator.faults.add({ match: { kind: 'project-import', times: 1 }, answer: { status: 400 } });
    const { failures } = await restoreInto(oic, manifest, { existing: 'replace' }, SETTINGS);

    expect(failures).toMatchObject([{ id: 'project SHOP', message: expect.stringMatching(/as before/) }]);
    expect(running(simulator)).toEqual(before);
  });
});

interface Kill {
  /** 1 is its first request. */
  readonly at: number;
  readonly when: 'before' | 'after';
}

/** In few rounds only the one that is drawn. */
const WHEN = createRandom(seed).shuffle(['before', 'after'] as const);

/**
 * Before and after whatever changes something, and before some of what only reads: after one of those is before the next
 * request.
 */
const drawKills = (verbs: readonly string[]): Kill[] => {
  const reads = verbs.flatMap((verb, n) => (/^(list|get|export)/.test(verb) ? [n + 1] : []));
  const changes = verbs.flatMap((_, n) => (reads.includes(n + 1) ? [] : [n + 1]));
  expect(changes.length).toBeGreaterThan(5);
  return [
    ...changes.flatMap((at): Kill[] => WHEN.slice(0, rounds(1, 2)).map((when) => ({ at, when }))),
    ...createRandom(seed)
      .shuffle(reads)
      .slice(0, rounds(2, reads.length))
      .map((at): Kill => ({ at, when: 'before' })),
  ];
};

/** A client that dies: the request does not reach the instance, or it is done there and nobody hears of it. */
const mortal = (oic: OicClient, kill?: Kill): { readonly oic: OicClient; readonly asked: string[] } => {
  const asked: string[] = [];
  const watch = <T extends object>(verbs: T): T =>
    new Proxy(verbs, {
      get: (target, name, receiver) => {
        const verb: unknown = Reflect.get(target, name, receiver);
        if (typeof verb !== 'function' || name === 'requests') return verb;
        if (name === 'inProject') return (id: string) => watch({ ...oic.inProject(id) });
        return async (...args: unknown[]) => {
          const isLast = asked.push(String(name)) === kill?.at;
          if (isLast && kill?.when === 'before') throw new Error('killed');
          const answer: Promise<unknown> = verb.apply(target, args);
          if (!isLast) return answer;
          await answer.catch(() => 'refused');
          throw new Error('killed');
        };
      },
    });
  return { oic: watch({ ...oic }), asked };
};
