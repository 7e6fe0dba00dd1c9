/**
 * A kind that Oracle does not have, added to a copy of the program as somebody would add one: a module, a line in the list of
 * kinds, and a route of the simulator with its line.
 */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

const MODULE = `
/** Recipes: a made-up kind, whose archives are JSON. */
import { ArchiveError } from '../core/formats/archive-error.ts';
import { sha256 } from '../core/formats/hashing.ts';
import { SAVED } from '../core/kinds.ts';
import type { Listing } from '../core/odd-item.ts';
import type { Stored } from '../core/snapshot/archived-items.ts';
import type { OicClient } from '../oic/client.ts';
import type { Exported, Item, Kind, ReadArchive } from './kind.ts';

declare module '../core/kinds.ts' {
  interface Sections {
    readonly recipes: Stored<Entry>;
  }
}

const itemsOn = ({ api }: OicClient): Promise<Listing<Item>> =>
  api.list('listing the recipes', '/recipes', (value) => {
    const { name, lastUpdated } = value as { name: string; lastUpdated: string };
    return { id: name, name, lastUpdated };
  });

const read = async (bytes: Uint8Array): Promise<ReadArchive & { readonly id: string }> => {
  try {
    const { name } = JSON.parse(Buffer.from(bytes).toString('utf8')) as { name: string };
    const digest = await sha256(bytes);
    return { id: name, contentSha256: digest, designSha256: digest };
  } catch {
    throw new ArchiveError('damaged', 'it is no recipe');
  }
};

const exportOne = ({ api }: OicClient, id: string): Promise<Exported> =>
  api.download(\`exporting recipe \${id}\`, \`/recipes/\${id}\`, async (bytes) => {
    return { bytes, archive: { ...(await read(bytes)), sha256: await sha256(bytes) } };
  });

const send = ({ api }: OicClient, method: 'POST' | 'PUT', id: string, bytes: Uint8Array): Promise<unknown> =>
  api.upload({ what: \`sending recipe \${id}\`, method, path: \`/recipes/\${id}\`, filename: \`\${id}.json\`, bytes });

export const recipes: Kind<Item> = {
  name: 'recipes',
  nouns: ['recipe', 'recipes'],
  fields: {},
  file: { ending: '.json', parts: 1, partsOf: ({ id }) => [id] },
  facts: SAVED,
  list: ({ oic }) => itemsOn(oic),
  archive: {
    itemsOn,
    export: (oic, { id }) => exportOne(oic, id),
    read,
    describe: ({ id, name }) => ({ id, name }),
  },
  restore: {
    when: 'before',
    add: (oic, { id }, bytes) => send(oic, 'POST', id, bytes),
    replace: (oic, { id }, bytes) => send(oic, 'PUT', id, bytes),
    readFile: async (bytes) => {
      const { id, ...told } = await read(bytes);
      return { ...told, entry: { id, name: id } };
    },
  },
  download: { ending: '.json', get: exportOne },
};
`;

const ROUTE = `
import type { State } from '../holds/holdings.ts';
import { emptyAnswer, Refusal } from '../http/answer.ts';
import { fileAnswer, wireTime } from '../http/wire.ts';
import { listAnswer } from './kind-listing.ts';
import type { Call, Route } from './route.ts';
import { readFile } from './uploads.ts';

interface Recipe {
  readonly name: string;
  readonly bytes: Buffer;
  readonly lastUpdated: number;
}

export const recipeRoutes = (state: State, pageCap: number | undefined): Route[] => {
  const held = new Map<string, Recipe>();
  const save = (isThere: boolean) => (call: Call) => {
    if (held.has(call.id) !== isThere) throw new Refusal(isThere ? 404 : 409, \`Recipe \${call.id}\`);
    held.set(call.id, { name: call.id, bytes: readFile(call), lastUpdated: state.now() });
    return emptyAnswer(200);
  };
  const kind = 'unknown';
  return [
    {
      method: 'GET',
      path: 'recipes',
      kind,
      handle: (call) =>
        listAnswer(state, call, pageCap, {
          path: 'recipes',
          items: [...held.values()],
          name: ({ name }) => name,
          toJson: ({ name, lastUpdated }) => ({ name, lastUpdated: wireTime(lastUpdated) }),
        }),
    },
    {
      method: 'GET',
      path: 'recipes/:id',
      kind,
      handle: ({ id }) => {
        const recipe = held.get(id);
        if (!recipe) throw new Refusal(404, \`Recipe \${id} not found\`);
        return fileAnswer(\`\${id}.json\`, recipe.bytes);
      },
    },
    { method: 'POST', path: 'recipes/:id', kind, isChange: true, handle: save(false) },
    { method: 'PUT', path: 'recipes/:id', kind, isChange: true, handle: save(true) },
  ];
};
`;

export interface CopiedProgram {
  readonly directory: string;
  remove(): Promise<void>;
}

/** @returns a copy that knows the kind */
export const copyWithRecipes = async (): Promise<CopiedProgram> => {
  const directory = await mkdtemp(join(tmpdir(), 'oic-kind-'));
  for (const part of [
    'bin',
    'functions',
    'test/simulator',
    'test/cli/typed.ts',
    'test/encodings.ts',
    'package.json',
    'tsconfig.json',
  ]) {
    await cp(join(ROOT, part), join(directory, part), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  await writeFile(join(directory, 'functions/kinds/recipes.ts'), MODULE.trimStart());
  await addLine(
    join(directory, 'functions/kinds/all-kinds.ts'),
    './recipes.ts',
    'recipes',
    '  agentGroups,\n',
    '  recipes,\n',
  );
  await writeFile(join(directory, 'test/simulator/routes/recipes.ts'), ROUTE.trimStart());
  await addLine(
    join(directory, 'test/simulator/routes/all-routes.ts'),
    './recipes.ts',
    'recipeRoutes',
    "    ...ofKind('agent-groups', agentGroupRoutes(state)),\n",
    '    ...recipeRoutes(state, pageCap),\n',
  );
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
};

/** Behind the last one, with what it needs imported. */
const addLine = async (file: string, from: string, name: string, last: string, line: string): Promise<void> => {
  const text = await readFile(file, 'utf8');
  if (text.split(last).length !== 2) throw new Error(`${file} has not one line ${last.trim()}`);
  await writeFile(file, `import { ${name} } from '${from}';\n${text.replace(last, last + line)}`);
};
