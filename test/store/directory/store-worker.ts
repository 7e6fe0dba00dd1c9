/**
 * A process that works on a directory store, for tests that need several of them or kill one:
 *
 *   node store-worker.ts ROOT SEED race|count|churn|forever
 *
 * Tells what it has done on stdout, a line each; a line is written before the next thing is begun.
 */
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { createDirectoryStore } from '../../../functions/store/directory/directory-store.ts';
import { PreconditionFailed } from '../../../functions/store/object-store.ts';
import { createRandom } from '../../simulator/random.ts';

const [root = '', seed = '0', work = ''] = process.argv.slice(2);
const store = createDirectoryStore(root);
const random = createRandom(Number(seed));
const tell = (...words: readonly string[]): void => void writeSync(1, `${words.join(' ')}\n`);
const digestOf = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex').slice(0, 16);

const bodyOf = (text: string): Buffer => Buffer.from(`${text} `.repeat(1 + random.below(5_000)));

const lostToAnother = (error: unknown): undefined => {
  if (error instanceof PreconditionFailed) return undefined;
  throw error;
};

const race = async (): Promise<void> => {
  for (let key = 0; key < 10; key += 1) {
    const racers = Array.from({ length: 5 }, (_, racer) => Buffer.from(`${seed}/${racer}`));
    await Promise.all(
      racers.map(async (body) => {
        const won = await store.put(`race/${key}`, body, { ifAbsent: true }).catch(lostToAnother);
        if (won) tell('won', won.key, String(body));
      }),
    );
  }
};

const count = async (): Promise<void> => {
  for (let added = 0; added < 25; ) {
    const counter = await store.get('counter');
    const next = Buffer.from(String(Number(Buffer.from(counter?.body ?? []).toString()) + 1));
    const condition = counter ? { ifMatch: counter.etag } : ({ ifAbsent: true } as const);
    if (await store.put('counter', next, condition).catch(lostToAnother)) added += 1;
  }
};

const put = async (key: string, text: string): Promise<string> => {
  const body = bodyOf(text);
  tell('putting', key);
  const { versionId } = await store.put(key, body);
  tell('put', key, versionId, digestOf(body));
  return versionId;
};

const remove = async (key: string): Promise<void> => {
  tell('deleting', key);
  await store.delete(key);
  tell('deleted', key);
};

/** Everything at once on two keys; what is read is told, for others to compare. */
const churn = async (): Promise<void> => {
  const own: { key: string; versionId: string }[] = [];
  for (let step = 0; step < 60; step += 1) {
    const key = random.pick(['a', 'folder/b']);
    const lot = random.next();
    const victim = own[random.below(own.length)];
    if (lot < 0.4) own.push({ key, versionId: await put(key, `${seed}.${step}`) });
    else if (lot < 0.5) await remove(key);
    else if (lot < 0.6 && victim) {
      await store.deleteVersion(victim.key, victim.versionId);
      tell('removed', victim.key, victim.versionId);
    } else {
      const seen = await store.get(key);
      if (seen) tell('saw', key, seen.versionId, digestOf(seen.body));
      for await (const { key, versionId } of store.listVersions('')) tell('listed', key, versionId);
    }
  }
};

const forever = async (): Promise<void> => {
  for (let step = 0; ; step += 1) {
    const key = random.pick(['a', 'b/1', 'b/2']);
    if (random.next() < 0.2) await remove(key);
    else await put(key, `${seed}.${step}`);
  }
};

const works = new Map(Object.entries({ race, count, churn, forever }));
await works.get(work)?.();
