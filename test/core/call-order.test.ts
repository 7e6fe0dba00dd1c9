import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Calling, inTurn, orderByCalls } from '../../functions/core/call-order.ts';

const id = (name: string) => `${name}|01.00.0000` as const;
const calling = (calls: Record<string, string[]>): Calling[] =>
  Object.entries(calls).map(([name, to]) => ({ id: id(name), calls: to.map((one) => ({ id: id(one) })) }));

describe('the order of activation', () => {
  test('puts the called before their callers', () => {
    const { order, cycles } = orderByCalls(calling({ A: ['B', 'C'], B: ['C'], C: [] }));

    expect(order).toEqual([id('C'), id('B'), id('A')]);
    expect(cycles).toEqual([]);
  });

  test('waits for nothing that is not there, nor for itself', () => {
    const { order, waitsFor } = orderByCalls(calling({ A: ['A', 'ELSEWHERE'] }));

    expect(order).toEqual([id('A')]);
    expect(waitsFor.get(id('A'))).toBeUndefined();
  });

  test('breaks a circle and tells it', () => {
    const { order, cycles } = orderByCalls(calling({ A: ['B'], B: ['C'], C: ['A'] }));

    expect(order).toEqual([id('C'), id('B'), id('A')]);
    expect(cycles).toEqual([[id('C'), id('A'), id('B')]]);
  });

  test('bears a chain longer than any stack', () => {
    const chain = Array.from(
      { length: 20_000 },
      (_, n): Calling => ({ id: id(`F${n}`), calls: [{ id: id(`F${n + 1}`) }] }),
    );

    expect(orderByCalls(chain).order[0]).toBe(id('F19999'));
  });

  test('holds everybody once, and whoever is waited for before the one who waits', () => {
    const names = ['A', 'B', 'C', 'D', 'E', 'F'];
    const graph = fc
      .tuple(...names.map(() => fc.subarray(names)))
      .map((calls) => Object.fromEntries(names.map((name, n) => [name, calls[n] ?? []])));
    fc.assert(
      fc.property(graph, (calls) => {
        const { order, waitsFor } = orderByCalls(calling(calls));
        for (const turns of [order, inTurn(order, waitsFor)]) {
          expect(turns.toSorted()).toEqual(names.map(id));
          for (const [one, before] of waitsFor)
            for (const other of before) expect(turns.indexOf(other)).toBeLessThan(turns.indexOf(one));
        }
      }),
    );
  });
});
