/** What is written for people: its links lead somewhere, its pictures of the house are true, and the first page is short. */
import { globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ALLOWED, HANDLERS } from './house.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const pages = globSync('{*,docs/*,functions/*,infra/*}.md', { cwd: root });

/** Without what is between fences, where a `#` is no heading and brackets are no link. */
const prose = (file: string): string => read(file).replace(/^ *```[\s\S]*?^ *```/gm, '');

/** As GitHub makes them: lower case, no punctuation, dashes for blanks; the second of a name has -1. */
const anchorsIn = (file: string): string[] => {
  const seen = new Map<string, number>();
  return [...prose(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
};

const exists = (path: string): boolean => statSync(join(root, path), { throwIfNoEntry: false }) !== undefined;

const brokenLinks = (file: string): string[] => {
  const links = [...prose(file).matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)].map(([, a, b]) => a ?? b ?? '');
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? file : join(dirname(file), path);
      if (!exists(target)) return true;
      return anchor !== undefined && !anchorsIn(target).includes(anchor);
    });
};

describe('the pages for people', () => {
  test('are the first one, one for each who goes on from it, what is new and what is safe', () => {
    expect(pages.sort()).toEqual([
      'CHANGELOG.md',
      'README.md',
      'SECURITY.md',
      'docs/commands.md',
      'functions/README.md',
      'infra/README.md',
    ]);
  });

  test.each(pages)('%s: links and pictures lead to files and headings that are there', (file) => {
    expect(brokenLinks(file)).toEqual([]);
  });

  test.each(pages.filter((file) => file !== 'CHANGELOG.md'))('%s: files it names are there', (file) => {
    const named = [...prose(file).matchAll(/`((?:functions|infra|test|docs)\/[\w./-]+\.\w+)`/g)].map(
      ([, path]) => path,
    );
    expect(named.filter((path = '') => !exists(path))).toEqual([]);
  });

  test('begin with one of 160 lines at most, which has the two commands to try', () => {
    const first = read('README.md');
    expect(first.split('\n').length - 1).toBeLessThanOrEqual(160);
    expect(first).toContain('npm ci && npm start');
    expect(first).toContain('npm ci && npm test');
  });

  test('lead from the first one to each of the others', () => {
    for (const page of pages.filter((file) => file !== 'README.md')) {
      expect(prose('README.md')).toContain(`](${page}`);
    }
  });
});

describe('what functions/README.md says of the house', () => {
  const house = read('functions/README.md');
  const arrows = [...house.matchAll(/```mermaid\n([\s\S]*?)```/g)].map(([, picture = '']) =>
    [...picture.matchAll(/^ +(\S+) --> (.+)$/gm)]
      .flatMap(([, from, to = '']) => to.split(' & ').map((one) => `${from} --> ${one}`))
      .sort(),
  );
  const floorOf = (room: string): string => (HANDLERS.includes(room) ? 'handlers' : (room.split('/')[0] ?? room));
  const allowed = Object.entries(ALLOWED).flatMap(([from, known]) => known.map((to) => [from, to] as const));
  const drawn = (pairs: readonly (readonly [string, string])[]): string[] =>
    [...new Set(pairs.map(([from, to]) => `${from} --> ${to}`))].sort();
  const between = allowed
    .map(([from, to]) => [floorOf(from), floorOf(to)] as const)
    .filter(([from, to]) => from !== to);
  const within = (floor: string) =>
    allowed
      .filter(([from, to]) => from.startsWith(`${floor}/`) && to.startsWith(`${floor}/`))
      .map(([from, to]) => [relative(floor, from), relative(floor, to)] as const);

  test('the first picture has every arrow between the floors, but for those to core', () => {
    expect(arrows[0]).toEqual(drawn(between.filter(([, to]) => to !== 'core')));
    const aloof = [...new Set(Object.keys(ALLOWED).map(floorOf))].filter(
      (floor) => floor !== 'core' && !between.some(([from, to]) => from === floor && to === 'core'),
    );
    expect(house).toContain(`All of them but \`${aloof.join('`, `')}\` may know core`);
  });

  test('the second and the third have every arrow between the rooms of core, and of jobs', () => {
    expect(arrows[1]).toEqual(drawn(within('core')));
    expect(arrows[2]).toEqual(drawn(within('jobs')));
    const aloof = Object.keys(ALLOWED).filter((room) => room.startsWith('core/') && !ALLOWED[room]?.includes('core'));
    expect(house).toContain(
      `All but ${aloof.map((room) => `\`${relative('core', room)}\``).join(', ')} may also use what lies`,
    );
    expect(arrows).toHaveLength(3);
  });

  test('at least twenty answers to "where do I change ...?" name a file', () => {
    const answers = /## Where do I change \.\.\.\?\n([\s\S]*?)\n## /.exec(house)?.[1] ?? '';
    const rows = answers.split('\n').filter((line) => line.startsWith('| ') && !/^\| (what \||---)/.test(line));
    expect(rows.length).toBeGreaterThanOrEqual(20);
    expect(rows.filter((row) => !/\]\([^)]+\.\w+\)/.test(row))).toEqual([]);
  });
});
