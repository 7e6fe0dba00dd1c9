import { describe, expect, test } from 'vitest';
import { personName, withHolderNamed } from '../../functions/core/people.ts';

const CLIENT = '2c1a7a5d0123456789abcdef01234567';
const PEOPLE = { [CLIENT]: 'Deployment pipeline', 'ann@example.com': 'Ann' };

describe('who did it is told', () => {
  test.each([
    ['a user by the user name', 'bob@example.com', {}, 'bob@example.com'],
    ['a client as one, by the beginning of its id', CLIENT, {}, 'client 2c1a…'],
    ['a client whose id has capitals as well', CLIENT.toUpperCase(), {}, 'client 2C1A…'],
    ['a client by the name it was given', CLIENT, PEOPLE, 'Deployment pipeline'],
    ['a user by the name that was given', 'ann@example.com', PEOPLE, 'Ann'],
    ['what is nearly a client id as it is', `${CLIENT}0`, {}, `${CLIENT}0`],
    ['hex digits with something around them as they are', `x ${CLIENT}`, {}, `x ${CLIENT}`],
    ['a user called as every object has it', 'constructor', {}, 'constructor'],
    ['nobody as nobody', '', {}, ''],
  ])('%s', (_, id, people, expected) => {
    expect(personName(id, people)).toBe(expected);
  });

  test('where it holds a lock, and nowhere else', () => {
    expect(withHolderNamed({ id: 'A', lockedBy: CLIENT }, {})).toEqual({ id: 'A', lockedBy: 'client 2c1a…' });
    expect(withHolderNamed({ id: 'A', lockedBy: undefined }, {})).toEqual({ id: 'A', lockedBy: undefined });
    const open: { readonly id: string; readonly lockedBy?: string } = { id: CLIENT };
    expect(withHolderNamed(open, {})).toEqual({ id: CLIENT });
  });
});
