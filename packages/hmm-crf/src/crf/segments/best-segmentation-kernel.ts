/** Viterbi over segments in one pass forth and one back over raw memory, in double precision. */
import type { FusedPair } from '@seqloom/core';
import { floats, integers } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import type { SegmentPart } from './segment-potentials.js';

type Numbers = Float32Array;

interface Trellis {
  readonly L: number;
  readonly K: number;
  readonly initial: Numbers;
  readonly final: Numbers;
  readonly transition: Numbers;
  readonly values: Numbers;
}

/** The best way to get to each label, by real step: its score, and where it comes from. */
interface Best {
  readonly score: Float64Array;
  readonly from: Int32Array;
}

export const bestSegmentationKernel: FusedPair<SegmentPart> = {
  forward(parts, _, workspace) {
    const [B, T, L, K] = parts.values!.shape as [number, number, number, number];
    const made = [workspace.output([B, T], 'int32'), workspace.output([B, T], 'int32')];
    const names = ['initial', 'final', 'transition', 'values'] as const;
    const given = names.map((name) => workspace.input(parts[name]!));
    const real = workspace.input(parts.mask!);
    const { memory } = workspace.kernels;
    const [initial, final, transition, values] = names.map((name, i) =>
      floats(memory, given[i]!, tf.util.sizeFromShape(parts[name]!.shape)),
    ) as [Numbers, Numbers, Numbers, Numbers];
    const trellis = { L, K, initial, final, transition, values };
    const isReal = new Uint8Array(memory.memory.buffer, real, B * T);
    const [labels, begins] = made.map(({ pointer }) => integers(memory, pointer, B * T)) as [Int32Array, Int32Array];
    labels.fill(-1);
    begins.fill(0);
    for (let b = 0; b < B; b++) {
      const steps: number[] = [];
      for (let step = b * T; step < (b + 1) * T; step++) if (isReal[step]) steps.push(step);
      if (steps.length > 0) traceBack(trellis, steps, labels, begins);
    }
    return made;
  },
};

/** Fills in one sequence, whose real steps are at `steps`. */
function traceBack(trellis: Trellis, steps: readonly number[], labels: Int32Array, begins: Int32Array): void {
  const { K, final } = trellis;
  const { begun, ended } = forth(trellis, steps);
  let r = steps.length - 1;
  let label = 0;
  for (let k = 1; k < K; k++) {
    if (ended.score[r * K + k]! + final[k]! > ended.score[r * K + label]! + final[label]!) label = k;
  }
  while (true) {
    const first = r - ended.from[r * K + label]!;
    for (let at = first; at <= r; at++) labels[steps[at]!] = label;
    begins[steps[first]!] = 1;
    if (first === 0) return;
    label = begun.from[first * K + label]!;
    r = first - 1;
  }
}

/** By real step and label: what begins there, from which label before; what ends there, from how many steps back. */
function forth(trellis: Trellis, steps: readonly number[]): { begun: Best; ended: Best } {
  const { K, initial } = trellis;
  const size = steps.length * K;
  const [begun, ended] = [0, 1].map(() => ({
    score: new Float64Array(size).fill(-Infinity),
    from: new Int32Array(size),
  })) as [Best, Best];
  begun.score.set(initial);
  for (const [r, step] of steps.entries()) {
    if (r > 0) move(trellis, ended, begun, r);
    end(trellis, begun, ended, r, step);
  }
  return { begun, ended };
}

/** The best label before each label of a segment that begins at real step r. */
function move({ K, transition }: Trellis, ended: Best, begun: Best, r: number): void {
  for (let j = 0; j < K; j++) {
    const score = ended.score[(r - 1) * K + j]!;
    for (let k = 0; k < K; k++) {
      const value = score + transition[j * K + k]!;
      if (value <= begun.score[r * K + k]!) continue;
      begun.score[r * K + k] = value;
      begun.from[r * K + k] = j;
    }
  }
}

/** The best length of each label's segment that ends at real step r. */
function end({ L, K, values }: Trellis, begun: Best, ended: Best, r: number, step: number): void {
  for (let l = 0; l < L && l <= r; l++) {
    for (let k = 0; k < K; k++) {
      const value = begun.score[(r - l) * K + k]! + values[(step * L + l) * K + k]!;
      if (value <= ended.score[r * K + k]!) continue;
      ended.score[r * K + k] = value;
      ended.from[r * K + k] = l;
    }
  }
}
