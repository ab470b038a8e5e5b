import { Rng } from '@seqloom/core/rng';
import { describe, expect, it } from 'vitest';
import { expectations, logPartitionOf, paths } from '../../laws/enumeration.js';
import { bestPath, chainExpectations, type LogChain, logPartition } from './log-chain.js';

const rng = new Rng(3);
const normals = (size: number) =>
  Float64Array.from({ length: size }, () => (rng.uniform() < 0.1 ? -Infinity : 2 * rng.normal()));
const rows = (numbers: Float64Array, width: number) =>
  Array.from({ length: numbers.length / width }, (_, i) => [...numbers.subarray(i * width, (i + 1) * width)]);

const sizes = [1, 2, 3].flatMap((K) => [1, 2, 4].flatMap((T) => [true, false].map((perStep) => ({ K, T, perStep }))));

describe.each(sizes)('K=$K T=$T perStep=$perStep', ({ K, T, perStep }) => {
  it('agrees with every path', () => {
    for (let i = 0; i < 10; i++) {
      const chain: LogChain = {
        logStart: normals(K),
        logTransition: normals((perStep ? T - 1 : 1) * K * K),
        logEmission: normals(T * K),
      };
      const matrices = rows(chain.logTransition, K * K).map((flat) => rows(Float64Array.from(flat), K));
      const plain = {
        initial: [...chain.logStart],
        final: new Array<number>(K).fill(0),
        transition: perStep ? [matrices] : matrices[0]!,
        emission: [rows(chain.logEmission, K)],
        mask: [new Array<number>(T).fill(1)],
      };
      const all = paths(plain, 0);
      const { logPartition: logZ, states, pairs } = chainExpectations(chain);
      expectClose([logZ, logPartition(chain)], [logPartitionOf(all), logPartitionOf(all)]);
      expectClose([bestPath(chain).score], [Math.max(...all.map(({ score }) => score))]);
      const wanted = expectations(plain);
      expectClose([...states], wanted.emission.flat(2));
      const moves = wanted.pairs[0]!.map((matrix) => matrix.flat());
      expectClose(
        [...pairs],
        perStep ? moves.flat() : Array.from({ length: K * K }, (_, j) => moves.reduce((sum, m) => sum + m[j]!, 0)),
      );
    }
  });
});

it('a chain without steps weighs 1', () => {
  const chain = { logStart: normals(2), logTransition: normals(4), logEmission: normals(0) };
  expect(logPartition(chain)).toBe(0);
  expect(chainExpectations(chain)).toEqual({ logPartition: 0, states: normals(0), pairs: new Float64Array(4) });
  expect(bestPath(chain)).toEqual({ path: new Int32Array(0), score: 0 });
});

function expectClose(a: number[], b: number[]): void {
  expect(a.length).toBe(b.length);
  for (const [i, value] of b.entries()) {
    if (Number.isFinite(value)) expect(a[i]).toBeCloseTo(value, 10);
    else expect(a[i]).toBe(value);
  }
}
