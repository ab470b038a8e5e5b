/** The fused kernels of causal convolution: real steps side by side, and matrix products over views of them that overlap. */
import type { FusedKernel, FusedPair } from '@seqloom/core';
import { floats, type Kernels, matrixProduct } from '@seqloom/kernels';

type Inputs = Parameters<FusedKernel>[0];
type Workspace = Parameters<FusedKernel>[2];

export const causalConvolutionKernels: FusedPair<'x' | 'past' | 'weight' | 'bias' | 'mask'> = {
  forward(inputs, { dilation }, workspace) {
    const work = workOf(inputs, dilation, workspace);
    const { B, T, D, U, L } = work;
    const [output, past] = [workspace.output([B, T, U]), workspace.output([B, L, D])];
    const seen = packed(work, inputs, workspace);
    fillRows(work, output.pointer, B * T, workspace.input(inputs.bias!));
    convolve(work, seen, workspace.input(inputs.weight!), output.pointer);
    const view = viewOf(work);
    for (const [b, { count, runs }] of work.rows.entries()) {
      spread(view(output.pointer, U, b * T, T), U, runs);
      view(past.pointer, D, b * L, L).set(view(seen, D, b * (L + T) + count, L));
    }
    return [output, past];
  },
  backward(inputs, { dilation, wanted }, workspace) {
    const names = wanted as readonly string[];
    const work = workOf(inputs, dilation, workspace);
    const { B, T, D, K, U, L } = work;
    const shapes: Record<string, number[]> = { x: [B, T, D], past: [B, L, D], weight: [K, D, U], bias: [U] };
    const made = Object.fromEntries(names.map((name) => [name, workspace.output(shapes[name]!)]));
    const errors = packedErrors(work, inputs, workspace);
    if (made.past) inputGradients(work, errors, inputs, workspace, { x: made.x?.pointer, past: made.past.pointer });
    if (made.weight) weightGradient(work, packed(work, inputs, workspace), errors, made.weight.pointer);
    if (made.bias) sumRows(work, errors, made.bias.pointer);
    return names.map((name) => made[name]!);
  },
  differentiable: ['x', 'past', 'weight', 'bias'],
};

/** Real steps that follow each other: from step `t` on, the `place`-th and following real ones of their row. */
interface Run {
  readonly t: number;
  readonly place: number;
  readonly length: number;
}

/** One call: sizes, and where the real steps of each row are. */
interface Work extends Readonly<Record<'B' | 'T' | 'D' | 'K' | 'U' | 'L' | 'dilation', number>> {
  readonly kernels: Kernels;
  readonly rows: readonly { readonly count: number; readonly runs: readonly Run[] }[];
}

function workOf(inputs: Inputs, dilation: unknown, workspace: Workspace): Work {
  const [B, T, D] = inputs.x!.shape as [number, number, number];
  const [K, , U] = inputs.weight!.shape as [number, number, number];
  const { kernels } = workspace;
  const mask = new Uint8Array(kernels.memory.memory.buffer, workspace.input(inputs.mask!), B * T);
  const rows = Array.from({ length: B }, (_, b) => runsOf(mask.subarray(b * T, (b + 1) * T)));
  return { B, T, D, K, U, L: inputs.past!.shape[1]!, dilation: dilation as number, kernels, rows };
}

function runsOf(mask: Uint8Array): { count: number; runs: Run[] } {
  const runs: Run[] = [];
  let count = 0;
  for (let t = 0; t < mask.length; t++) {
    if (!mask[t]) continue;
    const start = t;
    while (t < mask.length && mask[t]) t++;
    runs.push({ t: start, place: count, length: t - start });
    count += t - start;
  }
  return { count, runs };
}

/** Views of rows in the kernels' memory, to be taken after whatever may make it grow. */
function viewOf({ kernels }: Work) {
  return (pointer: number, width: number, row: number, rows: number): Float32Array =>
    floats(kernels.memory, pointer + 4 * width * row, rows * width);
}

/** [B,L+T,D]: the past, the real steps, zeros. */
function packed(work: Work, inputs: Inputs, workspace: Workspace): number {
  const { B, T, D, L, rows } = work;
  const seen = workspace.scratch(4 * B * (L + T) * D);
  const [x, past] = [workspace.input(inputs.x!), L > 0 ? workspace.input(inputs.past!) : 0];
  const view = viewOf(work);
  for (const [b, { count, runs }] of rows.entries()) {
    const start = b * (L + T);
    if (L > 0) view(seen, D, start, L).set(view(past, D, b * L, L));
    for (const { t, place, length } of runs)
      view(seen, D, start + L + place, length).set(view(x, D, b * T + t, length));
    view(seen, D, start + L + count, T - count).fill(0);
  }
  return seen;
}

/** [B,L+T,U]: the errors of real steps, where their windows begin in `packed`, zeros. */
function packedErrors(work: Work, inputs: Inputs, workspace: Workspace): number {
  const { B, T, U, L, rows } = work;
  const errors = workspace.scratch(4 * B * (L + T) * U);
  const dOutput = workspace.input(inputs.dy0!);
  const view = viewOf(work);
  for (const [b, { count, runs }] of rows.entries()) {
    const start = b * (L + T);
    for (const { t, place, length } of runs)
      view(errors, U, start + place, length).set(view(dOutput, U, b * T + t, length));
    view(errors, U, start + count, L + T - count).fill(0);
  }
  return errors;
}

/** Adds the products of all taps to y [B,T,U]. Without dilation the windows overlap in memory: one product does for all. */
function convolve(work: Work, seen: number, weight: number, y: number): void {
  const { B, T, D, U, L } = work;
  const one = T === 1; // then rows are as good as steps
  for (const { offset, width, filter } of tapsOf(work)) {
    matrixProduct(work.kernels, {
      a: { pointer: seen + offset, stride: one ? (L + T) * D : D, step: (L + T) * D },
      b: { pointer: weight + filter, step: 0 },
      c: { pointer: y, step: T * U },
      ...{ m: one ? B : T, n: U, k: width, batch: one ? 1 : B, accumulate: true },
    });
  }
}

/** Over all rows as one long sequence: where a window would reach into the next row, the error is 0. */
function weightGradient(work: Work, seen: number, errors: number, dWeight: number): void {
  const { B, T, D, U, L } = work;
  for (const { offset, width, filter } of tapsOf(work)) {
    matrixProduct(work.kernels, {
      a: { pointer: seen + offset, stride: D, transposed: true },
      b: { pointer: errors },
      c: { pointer: dWeight + filter },
      ...{ m: width, n: U, k: B * (L + T) - L },
    });
  }
}

/** Where each product begins in `packed` and in the weight, in bytes, and how many features it takes in. */
function tapsOf({ K, D, U, dilation }: Work): { offset: number; width: number; filter: number }[] {
  if (dilation === 1 || K === 1) return [{ offset: 0, width: K * D, filter: 0 }];
  return Array.from({ length: K }, (_, k) => ({ offset: 4 * k * dilation * D, width: D, filter: 4 * k * D * U }));
}

/** The gradients of what was packed go back to where it came from. */
function inputGradients(
  work: Work,
  errors: number,
  inputs: Inputs,
  workspace: Workspace,
  into: { x: number | undefined; past: number },
): void {
  const { B, T, D, K, U, L, dilation, kernels, rows } = work;
  const dSeen = workspace.scratch(4 * B * (L + T) * D);
  const [weight, dPast] = [workspace.input(inputs.weight!), L > 0 ? workspace.input(inputs.dy1!) : 0];
  const view = viewOf(work);
  view(dSeen, D, 0, B * (L + T)).fill(0);
  for (const [b, { count }] of rows.entries())
    if (L > 0) view(dSeen, D, b * (L + T) + count, L).set(view(dPast, D, b * L, L));
  for (let k = 0; k < K; k++) {
    matrixProduct(kernels, {
      a: { pointer: errors },
      b: { pointer: weight + 4 * k * D * U, transposed: true },
      c: { pointer: dSeen + 4 * k * dilation * D },
      ...{ m: B * (L + T) - L, n: D, k: U, accumulate: true },
    });
  }
  for (const [b, { runs }] of rows.entries()) {
    const start = b * (L + T);
    if (L > 0) view(into.past, D, b * L, L).set(view(dSeen, D, start, L));
    if (into.x === undefined) continue;
    view(into.x, D, b * T, T).fill(0);
    for (const { t, place, length } of runs)
      view(into.x, D, b * T + t, length).set(view(dSeen, D, start + L + place, length));
  }
}

/** Moves rows from their places among the real ones to their steps, the last first, and puts 0 between them. */
function spread(rows: Float32Array, width: number, runs: readonly Run[]): void {
  let end = rows.length / width;
  for (const { t, place, length } of [...runs].reverse()) {
    if (t !== place) rows.copyWithin(t * width, place * width, (place + length) * width);
    rows.fill(0, (t + length) * width, end * width);
    end = t;
  }
  rows.fill(0, 0, end * width);
}

function fillRows(work: Work, pointer: number, rows: number, source: number): void {
  const view = viewOf(work);
  const all = view(pointer, work.U, 0, rows);
  const row = view(source, work.U, 0, 1);
  for (let i = 0; i < rows; i++) all.set(row, i * work.U);
}

function sumRows(work: Work, errors: number, target: number): void {
  const { B, T, U, L } = work;
  const view = viewOf(work);
  const [all, sums] = [view(errors, U, 0, B * (L + T)), view(target, U, 0, 1).fill(0)];
  for (let i = 0; i < all.length; i += U) for (let u = 0; u < U; u++) sums[u]! += all[i + u]!;
}
