import { describe, expect, it } from 'vitest';
import { callOrderIn, inCallOrder } from '../../../functions/core/archive/calls-inside.ts';
import { readProjectArchive } from '../../../functions/core/archive/project-archive.ts';
import { buildProject, type SampleProject } from './kinds-forge.ts';

const V1 = '01.00.0000';
const V2 = '02.00.0000';
type Samples = NonNullable<SampleProject['integrations']>;
type Calls = NonNullable<Samples[number]['calls']>;

const read = async (integrations: Samples) =>
  (await readProjectArchive(buildProject({ code: 'SHOP', integrations }))).integrations;

describe('the calls within a project', () => {
  it.each<[string, Calls, string[]]>([
    ['one with its version', [{ code: 'STOCK', version: V1 }], ['STOCK|01.00.0000']],
    ['one without a version: the active one', [{ code: 'STOCK' }], ['STOCK|01.00.0000']],
    ['one without a version of what is not active: the newest', [{ code: 'PRICE' }], ['PRICE|02.00.0000']],
    ['one without a version of the only one', [{ code: 'MAIL' }], ['MAIL|01.00.0000']],
    ['the same one twice', [{ code: 'MAIL' }, { code: 'MAIL', version: V1 }], ['MAIL|01.00.0000']],
    ['itself', [{ code: 'ORDER', version: V1 }], []],
    ['what is not in it', [{ code: 'AUDIT' }, { code: 'STOCK', version: '09.00.0000' }], []],
    ['another project, by a context nobody has recorded', [{ code: 'MAIL', context: 'INTER_PROJECT' }], []],
    [
      'without a context what has that version in it',
      [{ code: 'MAIL', version: V1, context: null }],
      ['MAIL|01.00.0000'],
    ],
    ['without a context and version', [{ code: 'MAIL', context: null }], []],
  ])('are read: %s', async (_, calls, expected) => {
    const integrations = await read([
      { code: 'ORDER', version: V1, calls },
      { code: 'STOCK', version: V1, state: 'ACTIVATED' },
      { code: 'STOCK', version: V2, state: 'CONFIGURED' },
      { code: 'PRICE', version: V2, state: 'CONFIGURED' },
      { code: 'PRICE', version: V1, state: 'CONFIGURED' },
      { code: 'MAIL', version: V1 },
    ]);
    expect(integrations.find(({ code }) => code === 'ORDER')?.calls.map(({ id }) => id)).toEqual(expected);
    expect(integrations.filter(({ code, calls: others }) => code !== 'ORDER' && others.length > 0)).toEqual([]);
  });

  it('put the called before their callers, and those that call nobody first', async () => {
    const integrations = await read([
      { code: 'A', version: V1, calls: [{ code: 'B' }] },
      { code: 'B', version: V1, calls: [{ code: 'C', version: V1 }] },
      { code: 'C', version: V1 },
      { code: 'ALONE', version: V1 },
    ]);
    const order = callOrderIn(integrations);
    expect(order).toEqual(['C|01.00.0000', 'B|01.00.0000', 'A|01.00.0000']);
    expect(inCallOrder(integrations, order).map(({ code }) => code)).toEqual(['ALONE', 'C', 'B', 'A']);
  });
});
