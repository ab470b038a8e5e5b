/** Simple recurrent network over whole sequences: h' = tanh or relu of x + h·R. */
import type { Kernels } from '../load.js';
import { type Pointers, type RecurrentKernel, type RecurrentShape, withWorkspace } from './recurrence.js';

export interface SimpleRNNExports {
  simpleRNNWorkspace(batch: number, units: number): number;
  simpleRNNForward: RecurrentKernel;
  simpleRNNBackward: RecurrentKernel;
}

export type SimpleRNNActivation = 'tanh' | 'relu';

/**
 * Reads projected [B,T,U] (inputs times weights, plus bias), weights [U,U], mask [B,T] and h0 [B,U]; writes outputs [B,T,U] (0 at
 * masked steps, which carry the state over), the final h [B,U], and for the way back hiddens [B,T,U], the states before each step.
 */
export function simpleRNNForward(
  kernels: Kernels,
  shape: RecurrentShape & { activation: SimpleRNNActivation },
  p: Pointers<'projected' | 'weights' | 'mask' | 'h0' | 'outputs' | 'h' | 'hiddens'>,
): void {
  const bytes = kernels.exports.simpleRNNWorkspace(shape.batch, shape.units);
  const relu = Number(shape.activation === 'relu');
  const pointers = [p.projected, p.weights, p.mask, p.h0, p.outputs, p.h, p.hiddens];
  withWorkspace(kernels, shape, bytes, (workspace, sizes) =>
    kernels.exports.simpleRNNForward(...pointers, relu, ...sizes, workspace),
  );
}

/**
 * Reads what the forward pass read and wrote, and dOutputs [B,T,U]; writes dProjected [B,T,U] and dWeights [U,U]. dH [B,U] holds
 * the gradient of the final state and ends as that of h0.
 */
export function simpleRNNBackward(
  kernels: Kernels,
  shape: RecurrentShape & { activation: SimpleRNNActivation },
  p: Pointers<'weights' | 'mask' | 'outputs' | 'hiddens' | 'dOutputs' | 'dH' | 'dProjected' | 'dWeights'>,
): void {
  const bytes = kernels.exports.stepWorkspace(shape.batch, shape.units, shape.units);
  const relu = Number(shape.activation === 'relu');
  const pointers = [p.weights, p.mask, p.outputs, p.hiddens, p.dOutputs, p.dH, p.dProjected, p.dWeights];
  withWorkspace(kernels, shape, bytes, (workspace, sizes) =>
    kernels.exports.simpleRNNBackward(...pointers, relu, ...sizes, workspace),
  );
}
