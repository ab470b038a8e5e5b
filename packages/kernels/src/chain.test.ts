import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Arena, alphaSize, type Chain, chainBackward, chainForward, floats, loadKernels } from './index.js';

const kernels = await loadKernels(new Arena());
const arena = kernels.memory as Arena;

/** Sums of T ≤ 6 steps of numbers up to `spread`, in float32. */
const tolerance = (spread: number) => 2e-5 * Math.max(1, spread);

const cases = fc.record({
  B: fc.integer({ min: 1, max: 3 }),
  T: fc.integer({ min: 1, max: 6 }),
  K: fc.integer({ min: 1, max: 9 }),
  perStep: fc.boolean(),
  /** How far potentials lie apart: 300 underflows float32 after exp. */
  spread: fc.constantFrom(1, 30, 300),
  forbidden: fc.constantFrom(0, 0.3),
  real: fc.constantFrom(1, 0.6),
  seed: fc.nat(),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

it('logZ and the gradients of all potentials = forward–backward in float64', () => {
  fc.assert(fc.property(cases, check), { numRuns: 600 });
});

function check(options: Case): void {
  const { B, T, K, perStep, spread, forbidden, real } = options;
  const start = arena.allocate(0);
  const random = () => Math.random();
  const potential = () => (random() < forbidden ? -Infinity : (random() - 0.5) * spread);
  const place = (length: number, draw: () => number = () => Number.NaN) => {
    const pointer = arena.allocate(4 * length);
    floats(arena, pointer, length).set(Float32Array.from({ length }, draw));
    return { pointer, values: floats(arena, pointer, length).slice(), now: () => floats(arena, pointer, length) };
  };
  const moves = perStep ? B * (T - 1) : 1;
  const [initial, final, transition] = [K, K, moves * K * K].map((length) => place(length, potential));
  const emission = place(B * T * K, potential);
  const dLogZ = place(B, () => random() * 2 - 1);
  const mask = Uint8Array.from({ length: B * T }, () => (random() < real ? 1 : 0));
  const maskPointer = arena.allocate(B * T);
  new Uint8Array(arena.memory.buffer, maskPointer, B * T).set(mask);
  const [logZ, alphas] = [place(B), place(alphaSize({ B, T, K }))];
  const gradients = [K, K, moves * K * K, B * T * K].map((length) => place(length));

  const [at1, at2, at3] = [initial!.pointer, final!.pointer, transition!.pointer];
  const chain: Chain = {
    initial: at1,
    final: at2,
    transition: at3,
    perStep,
    emission: emission.pointer,
    mask: maskPointer,
    B,
    T,
    K,
  };
  const messages = { logZ: logZ.pointer, alphas: alphas.pointer };
  const used = arena.used;
  chainForward(kernels, chain, messages);
  const [dInitial, dFinal, dTransition, dEmission] = gradients.map(({ pointer }) => pointer) as [
    number,
    number,
    number,
    number,
  ];
  chainBackward(kernels, chain, messages, { dLogZ: dLogZ.pointer, dInitial, dFinal, dTransition, dEmission });
  expect(arena.used).toBe(used);

  const potentials = {
    initial: initial!.values,
    final: final!.values,
    transition: transition!.values,
    emission: emission.values,
  };
  const expected = reference(potentials, mask, dLogZ.values, options);
  const actual = [logZ, ...gradients].map(({ now }) => now());
  for (const [i, part] of expected.entries()) {
    for (const [j, value] of part.entries()) {
      const found = actual[i]![j]!;
      if (found === value) continue;
      const gap = Math.abs(found - value);
      if (!(gap <= tolerance(spread))) throw new Error(`part ${i} [${j}]: ${found}, expected ${value}`);
    }
  }
  arena.free(start);
}

type Potentials = Record<'initial' | 'final' | 'transition' | 'emission', Float32Array>;

/** logZ and d(Σ dLogZ·logZ)/d(initial, final, transition, emission), textbook style. */
function reference(
  { initial, final, transition, emission }: Potentials,
  mask: Uint8Array,
  dy: Float32Array,
  sizes: Case,
): Float64Array[] {
  const { B, T, K, perStep } = sizes;
  const out = [B, initial.length, final.length, transition.length, emission.length].map(
    (length) => new Float64Array(length),
  );
  const [logZ, dInitial, dFinal, dTransition, dEmission] = out as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const states = Array.from({ length: K }, (_, k) => k);
  for (let b = 0; b < B; b++) {
    const steps = Array.from({ length: T }, (_, t) => t).filter((t) => mask[b * T + t]);
    if (steps.length === 0) continue;
    const moveAt = (n: number, i: number, j: number) => ((perStep ? b * (T - 1) + steps[n]! - 1 : 0) * K + i) * K + j;
    const emit = (n: number, j: number) => emission[(b * T + steps[n]!) * K + j]!;
    const alpha = [states.map((j) => initial[j]! + emit(0, j))];
    for (let n = 1; n < steps.length; n++) {
      alpha.push(
        states.map((j) => emit(n, j) + logSum(states.map((i) => alpha[n - 1]![i]! + transition[moveAt(n, i, j)]!))),
      );
    }
    const last = steps.length - 1;
    const beta = states.map(() => [] as number[]);
    let behind = states.map((j) => final[j]!);
    const total = logSum(states.map((j) => alpha[last]![j]! + behind[j]!));
    logZ[b] = total;
    if (total === -Infinity) continue;
    for (let n = last; n >= 0; n--) {
      beta[n] = behind;
      for (const j of states) {
        const share = dy[b]! * Math.exp(alpha[n]![j]! + behind[j]! - total);
        dEmission[(b * T + steps[n]!) * K + j] = share;
        if (n === 0) dInitial[j]! += share;
        if (n === last) dFinal[j]! += share;
      }
      if (n === 0) break;
      const ahead = states.map((j) => emit(n, j) + behind[j]!);
      for (const i of states) {
        for (const j of states) {
          const move = transition[moveAt(n, i, j)]!;
          dTransition[moveAt(n, i, j)]! += dy[b]! * Math.exp(alpha[n - 1]![i]! + move + ahead[j]! - total);
        }
      }
      behind = states.map((i) => logSum(states.map((j) => transition[moveAt(n, i, j)]! + ahead[j]!)));
    }
  }
  return out;
}

function logSum(values: number[]): number {
  const top = Math.max(...values);
  return top === -Infinity ? top : top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
}
