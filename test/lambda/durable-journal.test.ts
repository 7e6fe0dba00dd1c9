import { type DurableContext, withDurableExecution } from '@aws/durable-execution-sdk-js';
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Journal } from '../../functions/jobs/journal/journal.ts';
import { createDurableJournal } from '../../functions/lambda/durable-journal.ts';
import { OicError } from '../../functions/oic/http/errors.ts';
import { createRunStore } from '../../functions/store/run-store.ts';
import { StoreError } from '../../functions/store/store-error.ts';
import { openWorkshop, type Workshop } from '../jobs/workshop.ts';
import { type Execution, invoke, startExecution } from './durable-service.ts';

beforeAll(() => LocalDurableTestRunner.setupTestEnvironment({ skipTime: true }));
afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());

let workshop: Workshop;
beforeEach(async () => {
  workshop = await openWorkshop();
});
afterEach(() => workshop.close());

const handlerOf = <T>(job: (journal: Journal) => Promise<T>) =>
  withDurableExecution((_event: unknown, context: DurableContext) =>
    job(createDurableJournal(context, createRunStore(workshop.store, 'dev'))),
  );

const run = async <T>(job: (journal: Journal) => Promise<T>) => {
  const execution = await new LocalDurableTestRunner<T>({ handlerFunction: handlerOf(job) }).run();
  const results = execution.getOperations().map((operation) => operation.getOperationData()?.StepDetails?.Result ?? '');
  return { execution, results };
};

const unavailable = (): OicError =>
  new OicError('unavailable', 'the instance answered 503', { method: 'GET', path: '/' });

describe('a listing of 10,000 integrations', () => {
  const listing = Array.from({ length: 10_000 }, (_, n) => ({
    id: `ACME_ORDER_TO_CASH_${n}|01.00.${String(n % 10_000).padStart(4, '0')}`,
    name: `Order to cash, part ${n} of many`,
    status: 'ACTIVATED',
    lastUpdated: new Date(1_700_000_000_000 + n * 1_000).toISOString(),
    lastUpdatedBy: `developer.${n % 50}@example.com`,
    tracing: { tracing: false, payload: false, recording: false },
  }));

  test('is one step, read once, whole after a replay, and kept in the vault instead of the checkpoint', async () => {
    let listings = 0;
    const job = async (journal: Journal) => {
      const listed = await journal.step('list', async () => {
        listings += 1;
        return listing;
      });
      await journal.sleep('pause', 5);
      return { count: listed.length, last: listed.at(-1) };
    };

    const { execution, results } = await run(job);

    expect(execution.getResult()).toEqual({ count: 10_000, last: listing.at(-1) });
    expect(execution.getInvocations().length).toBeGreaterThan(1);
    expect(listings).toBe(1);
    for (const result of results) expect(Buffer.byteLength(result)).toBeLessThan(1_000);
    expect((await workshop.files()).filter((file) => file.startsWith('runs/dev/'))).toHaveLength(1);
  });

  test('is worked off in batches of 25 with far fewer than 2,500 operations', async () => {
    const batches = Array.from({ length: 400 }, (_, n) => listing.slice(n * 25, (n + 1) * 25));

    const { execution } = await run((journal) =>
      journal.all('batch', batches, 2, async (batch) => batch.map(({ id }) => ({ id, sha256: 'f'.repeat(64) }))),
    );

    expect(execution.getResult()?.flat()).toHaveLength(10_000);
    expect(execution.getOperations().length).toBeLessThan(2_500);
  });
});

describe('a step that fails', () => {
  test('for a reason that passes is tried again, minutes later', async () => {
    let tries = 0;
    const { execution } = await run((journal) =>
      journal.step('list', async () => {
        tries += 1;
        if (tries < 4) throw tries === 2 ? new StoreError('unreachable', 'no network') : unavailable();
        return 'listed';
      }),
    );

    expect(execution.getResult()).toBe('listed');
    expect(tries).toBe(4);
  });

  test.each([
    ['the credentials are wrong', new OicError('unauthorized', 'check clientId', { method: 'GET', path: '/' })],
    ['AWS denies it', new StoreError('denied', 'AWS denies it')],
    ['it is a mistake of ours', new TypeError('x is not a function')],
  ])('because %s is not tried again', async (_why, error) => {
    let tries = 0;
    const { execution } = await run((journal) =>
      journal.step('list', async () => {
        tries += 1;
        throw error;
      }),
    );

    expect(execution.getStatus()).toBe('FAILED');
    expect(execution.getError().errorMessage).toBe(error.message);
    expect(tries).toBe(1);
  });

  test('for a reason that should pass and does not, is given up', async () => {
    let tries = 0;
    const { execution } = await run((journal) =>
      journal.step('list', async () => {
        tries += 1;
        throw unavailable();
      }),
    );

    expect(execution.getError().errorMessage).toBe('the instance answered 503');
    expect(tries).toBe(7);
  });
});

test('when one of many fails, what is under way ends before the job hears of it, and nothing else begins', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const endedWhenHeard: number[] = [];
  const { execution } = await run(async (journal) => {
    const batches = journal.all('batch', [0, 1, 2, 3, 4, 5], 2, async (n) => {
      begun.push(n);
      if (n === 1) throw new Error('batch 1 cannot be done');
      await new Promise((resolve) => setTimeout(resolve, 200));
      ended.push(n);
    });
    return batches.catch((error: unknown) => {
      endedWhenHeard.push(...ended);
      throw error;
    });
  });

  expect(execution.getError().errorMessage).toBe('batch 1 cannot be done');
  expect(begun).toEqual([0, 1]);
  expect(endedWhenHeard).toEqual([0]);
});

test('results come in the order of the items, also those that are nothing', async () => {
  const { execution } = await run((journal) =>
    journal.all('item', [3, 1, 2], 3, async (n) => {
      await new Promise((resolve) => setTimeout(resolve, n * 5));
      return n === 1 ? undefined : n;
    }),
  );

  expect(execution.getResult()).toEqual([3, null, 2]);
});

test('a step that the invocation may not live to end is put off to the next', async () => {
  const ran: string[] = [];
  const handler = handlerOf(async (journal) => {
    await journal.step('first', async () => ran.push('first'));
    await journal.step('second', async () => ran.push('second'));
    return 'done';
  });
  const execution: Execution = startExecution({});
  const left = [900_000, 200_000];

  const output = await invoke(handler, execution, { remainingMs: () => left[ran.length] ?? 0 });

  expect(output).toEqual({ Status: 'PENDING' });
  expect(ran).toEqual(['first']);
  const second = execution.operations.find(({ Name }) => Name === 'second');
  expect(second).toMatchObject({ Status: 'PENDING' });
  // So far away that the SDK ends the invocation instead of waiting in it.
  expect(Date.parse(String(second?.StepDetails?.NextAttemptTimestamp)) - Date.now()).toBeGreaterThan(195_000);

  if (second) second.Status = 'READY';
  expect(await invoke(handler, execution)).toEqual({ Status: 'SUCCEEDED', Result: '"done"' });
  expect(ran).toEqual(['first', 'second']);
});
