import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Arena,
  floats,
  loadKernels,
  type SegmentChain,
  segmentChainBackward,
  segmentChainForward,
  segmentMessageSize,
} from './index.js';

const kernels = await loadKernels(new Arena());
const arena = kernels.memory as Arena;

const cases = fc.record({
  B: fc.integer({ min: 1, max: 3 }),
  T: fc.integer({ min: 1, max: 7 }),
  L: fc.integer({ min: 1, max: 4 }),
  K: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(16, 17)),
  spread: fc.constantFrom(1, 30, 1000),
  seed: fc.nat(),
});

type Sizes = Pick<SegmentChain, 'B' | 'T' | 'L' | 'K'>;
type Numbers = Record<'initial' | 'final' | 'transition' | 'segments', Float32Array> & { mask: Uint8Array };
const names = ['initial', 'final', 'transition', 'segments'] as const;

describe('chains of segments', () => {
  it('have the log partition function of the plain recursion, and its slopes', () => {
    fc.assert(
      fc.property(cases, ({ spread, seed, ...sizes }) => {
        const numbers = drawn(sizes, spread, seed);
        const { logZ, gradients } = run(numbers, sizes);
        const expected = Array.from({ length: sizes.B }, (_, b) => plain(numbers, sizes, b));
        for (const [b, value] of expected.entries()) {
          if (value === -Infinity) expect(logZ[b]).toBe(-Infinity);
          else expect(Math.abs(logZ[b]! - value)).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
        }
        if (spread > 1) return;
        for (const name of names) {
          const at = seed % numbers[name].length;
          const slope = numbers[name][at] === -Infinity ? 0 : slopeOf(numbers, sizes, name, at);
          expect(Math.abs(gradients[name][at]! - slope)).toBeLessThan(1e-4);
        }
      }),
      { numRuns: 150, seed: 3 },
    );
    expect(arena.used).toBe(0);
  });
});

function run({ mask, ...numbers }: Numbers, sizes: Sizes) {
  const start = arena.allocate(0);
  const put = (values: Float32Array) => {
    const pointer = arena.allocate(4 * values.length);
    floats(arena, pointer, values.length).set(values);
    return pointer;
  };
  const [initial, final, transition, segments] = names.map((name) => put(numbers[name])) as [
    number,
    number,
    number,
    number,
  ];
  const bits = arena.allocate(mask.length);
  new Uint8Array(arena.memory.buffer, bits, mask.length).set(mask);
  const chain = { initial, final, transition, segments, mask: bits, ...sizes };
  const messages = { logZ: put(new Float32Array(sizes.B)), messages: arena.allocate(4 * segmentMessageSize(sizes)) };
  segmentChainForward(kernels, chain, messages);
  const made = names.map((name) => put(numbers[name].map(() => Number.NaN)));
  const [dInitial, dFinal, dTransition, dSegments] = made as [number, number, number, number];
  const dLogZ = put(new Float32Array(sizes.B).fill(1));
  segmentChainBackward(kernels, chain, messages, { dLogZ, dInitial, dFinal, dTransition, dSegments });
  const read = (pointer: number, size: number) => floats(arena, pointer, size).slice();
  const gradients = Object.fromEntries(names.map((name, i) => [name, read(made[i]!, numbers[name].length)]));
  const logZ = read(messages.logZ, sizes.B);
  arena.free(start);
  return { logZ, gradients: gradients as Record<(typeof names)[number], Float32Array> };
}

/** Sums over the ends of segments, in float64. */
function plain({ initial, final, transition, segments, mask }: Numbers, { T, L, K }: Sizes, b: number): number {
  const steps = Array.from({ length: T }, (_, t) => t).filter((t) => mask[b * T + t]);
  if (steps.length === 0) return 0;
  const labels = Array.from({ length: K }, (_, k) => k);
  const ended: number[][] = [];
  for (const [r, t] of steps.entries()) {
    const into = (begin: number, k: number) =>
      begin === 0 ? initial[k]! : logSum(labels.map((i) => ended[begin - 1]![i]! + transition[i * K + k]!));
    const score = (l: number, k: number) => segments[((b * T + t) * L + l) * K + k]! + into(r - l, k);
    const lengths = Array.from({ length: Math.min(L, r + 1) }, (_, l) => l);
    ended.push(labels.map((k) => logSum(lengths.map((l) => score(l, k)))));
  }
  return logSum(labels.map((k) => ended.at(-1)![k]! + final[k]!));
}

function logSum(xs: number[]): number {
  const top = Math.max(...xs);
  return top === -Infinity ? top : top + Math.log(xs.reduce((sum, x) => sum + Math.exp(x - top), 0));
}

/** Of Σ logZ over the sequences in which something is possible. */
function slopeOf(numbers: Numbers, sizes: Sizes, name: (typeof names)[number], at: number): number {
  const total = (shift: number) => {
    const moved = { ...numbers, [name]: Float64Array.from(numbers[name]).map((x, i) => (i === at ? x + shift : x)) };
    const each = Array.from({ length: sizes.B }, (_, b) => plain(moved as unknown as Numbers, sizes, b));
    return each.reduce((sum, x) => sum + (x === -Infinity ? 0 : x), 0);
  };
  return (total(1e-4) - total(-1e-4)) / 2e-4;
}

function drawn({ B, T, L, K }: Sizes, spread: number, seed: number): Numbers {
  let state = seed + 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const draw = (size: number) =>
    Float32Array.from({ length: size }, () => (uniform() < 0.1 ? -Infinity : spread * (2 * uniform() - 1)));
  return {
    initial: draw(K),
    final: draw(K),
    transition: draw(K * K),
    segments: draw(B * T * L * K),
    mask: Uint8Array.from({ length: B * T }, () => Number(uniform() < 0.7)),
  };
}
