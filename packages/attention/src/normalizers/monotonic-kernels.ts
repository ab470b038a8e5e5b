/** Monotonic attention's recursion over the keys, on cpu and wasm. */
import type { FusedKernel, FusedPair } from '@seqloom/core';
import { floats } from '@seqloom/kernels';

type Inputs = Parameters<FusedKernel>[0];
type Workspace = Parameters<FusedKernel>[2];

/** Workspace: how likely attention comes by each key, [B,Q,K]. */
export const monotonicKernels: FusedPair<'stops' | 'before'> = {
  forward({ stops, before }: Inputs, _, workspace) {
    const [weights, reached] = [workspace.output([...stops!.shape]), workspace.output([...stops!.shape])];
    const [p, a, w, q] = views(workspace, stops!, [
      workspace.input(stops!),
      workspace.input(before!),
      weights.pointer,
      reached.pointer,
    ]);
    const columns = stops!.shape.at(-1)!;
    for (let at = 0; at < p!.length; at += columns) {
      for (let j = at, passed = 0; j < at + columns; j++) {
        q![j] = passed + a![j]!;
        w![j] = p![j]! * q![j]!;
        passed = (1 - p![j]!) * q![j]!;
      }
    }
    return [weights, reached];
  },
  backward({ stops, out1, dy0 }: Inputs, _, workspace) {
    const [dStops, dBefore] = [workspace.output([...stops!.shape]), workspace.output([...stops!.shape])];
    const pointers = [
      workspace.input(stops!),
      workspace.input(out1!),
      workspace.input(dy0!),
      dStops.pointer,
      dBefore.pointer,
    ];
    const [p, q, dy, dp, da] = views(workspace, stops!, pointers);
    const columns = stops!.shape.at(-1)!;
    for (let at = 0; at < p!.length; at += columns) {
      for (let j = at + columns - 1, later = 0; j >= at; j--) {
        dp![j] = (dy![j]! - later) * q![j]!;
        later = dy![j]! * p![j]! + later * (1 - p![j]!);
        da![j] = later;
      }
    }
    return [dStops, dBefore];
  },
  differentiable: ['stops', 'before'],
};

function views({ kernels }: Workspace, like: Parameters<Workspace['input']>[0], pointers: number[]): Float32Array[] {
  const size = like.shape.reduce((product, length) => product * length, 1);
  return pointers.map((pointer) => floats(kernels.memory, pointer, size));
}
