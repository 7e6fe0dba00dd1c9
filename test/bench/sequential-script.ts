/**
 * The script people use today: list the pages, then one GET after another on a kept connection, each archive to a file.
 * Its facts come as the first argument, the directory to write to as the second.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstanceFacts } from './instance.ts';

const { url, tokenUrl, integrationInstance, credentials } = JSON.parse(process.argv[2] ?? '') as InstanceFacts;
const directory = process.argv[3] ?? '.';
const { clientId, clientSecret, scope } = credentials as Record<'clientId' | 'clientSecret' | 'scope', string>;

const get = async (path: string, query: Record<string, string>, token: string): Promise<Response> => {
  const search = new URLSearchParams({ ...query, integrationInstance: integrationInstance ?? '' });
  const answer = await fetch(`${url}/ic/api/integration/v1${path}?${search}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
};

const answer = await fetch(tokenUrl, {
  method: 'POST',
  headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
  body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
});
const { access_token: token } = (await answer.json()) as { access_token: string };

await mkdir(directory, { recursive: true });
for (let offset = 0, hasMore = true; hasMore; offset += 100) {
  const page = await get('/integrations', { orderBy: 'name', limit: '100', offset: String(offset) }, token);
  const listed = (await page.json()) as { items: { id: string }[]; hasMore: boolean };
  for (const { id } of listed.items) {
    const archive = await get(`/integrations/${encodeURIComponent(id)}/archive`, {}, token);
    await writeFile(join(directory, `${id.replace('|', '_')}.iar`), Buffer.from(await archive.arrayBuffer()));
  }
  hasMore = listed.hasMore;
}
