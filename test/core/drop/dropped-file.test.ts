import { describe, expect, test } from 'vitest';
import { isStray, refusalOfDrop, refusalOfStray } from '../../../functions/core/drop/dropped-file.ts';

describe('a file below deploy/test/', () => {
  test.each(['x.iar', 'x.IAR', 'x.Iar', 'a b/ü/x (1).iar', '.iar', 'x.car.iar'])('%s may be deployed', (name) => {
    expect(refusalOfDrop(`deploy/test/${name}`, 'test')).toBeUndefined();
  });

  test.each([
    ['x.car', /project.*`oic import test --kind projects FILE`/],
    ['x.CSV', /lookup.*`oic import test --kind lookups FILE`/],
    ['x.jar', /library.*`oic import test --kind libraries FILE`/],
    ['x.par', /package.*console of test/],
    ['x.zip', /unpack it/],
    ['x.txt', /\.txt is no ending/],
    ['x', /no ending/],
    ['x.iar/readme', /no ending/],
    ['/x.iar', /empty, "\." or "\.\."/],
    ['../x.iar', /empty, "\." or "\.\."/],
    ['a/./x.iar', /empty, "\." or "\.\."/],
    ['a\0/x.iar', /NUL/],
    ['x/', /empty, "\." or "\.\."/],
  ])('%j is not: it says what it is, and what to do instead', (name, why) => {
    expect(refusalOfDrop(`deploy/test/${name}`, 'test')).toMatch(why);
  });

  test('is not for another instance', () => {
    expect(refusalOfDrop('deploy/test/x.iar', 'prod')).toMatch(
      /not a drop for it; put .iar files under deploy\/prod\//,
    );
  });
});

describe('of test, with deploy, and prod, without,', () => {
  const targets = new Map([
    ['test', true],
    ['prod', false],
  ]);

  test.each([
    ['x.iar', /names no instance; put it under deploy\/test\//],
    ['deploy/x.iar', /names no instance/],
    ['deploy/test', /names no instance/],
    ['deploy//x.iar', /names no instance/],
    ['deploy/prod/x.iar', /prod has no `deploy` in the settings/],
    ['deploy/tset/x.iar', /no instance "tset" in the settings; put it under deploy\/test\//],
    ['deploy/../x.iar', /no instance "\.\."/],
    ['deploy/constructor/x.iar', /no instance "constructor"/],
  ])('%s is for none, and is told where it belongs', (key, why) => {
    expect(isStray(key, targets)).toBe(true);
    expect(refusalOfStray(key, targets)).toMatch(why);
  });

  test.each(['deploy/test/x.iar', 'deploy/test/x.txt', 'deploy/test//x.iar'])('%s is for test to answer', (key) => {
    expect(isStray(key, targets)).toBe(false);
  });
});
