/**
 * As little as can be done about it: undici, so many at once, each archive downloaded and hashed, nothing checked and
 * nothing stored. First argument the facts, second the token, third how many at once; prints the ms of the loop alone.
 */
import { hash } from 'node:crypto';
import { Agent } from 'undici';
import type { InstanceFacts } from './instance.ts';

const { url, integrationInstance, ids } = JSON.parse(process.argv[2] ?? '') as InstanceFacts;
const token = process.argv[3] ?? '';
const concurrency = Number(process.argv[4]);
const agent = new Agent({ connections: concurrency, pipelining: 1 });
const search = new URLSearchParams({ integrationInstance: integrationInstance ?? '' });
const queue = ids.values();

const worker = async (): Promise<void> => {
  for (const id of queue) {
    const path = `/ic/api/integration/v1/integrations/${encodeURIComponent(id)}/archive?${search}`;
    const { statusCode, body } = await agent.request({
      origin: url,
      path,
      method: 'GET',
      headers: { authorization: `Bearer ${token}` },
    });
    hash('sha256', Buffer.from(await body.arrayBuffer()));
    if (statusCode !== 200) throw new Error(`${id}: ${statusCode}`);
  }
};

const startedAt = performance.now();
await Promise.all(Array.from({ length: concurrency }, worker));
process.stdout.write(`${performance.now() - startedAt}\n`);
await agent.close();
