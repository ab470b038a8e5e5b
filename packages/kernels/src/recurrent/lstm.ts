/** LSTM over whole sequences, gates in the order input, forget, cell, output. */
import type { Kernels } from '../load.js';
import { type Pointers, type RecurrentKernel, type RecurrentShape, withWorkspace } from './recurrence.js';

export interface LSTMExports {
  lstmForward: RecurrentKernel;
  lstmBackward: RecurrentKernel;
}

/**
 * Reads projected [B,T,4U] (inputs times weights, plus bias), weights [U,4U], mask [B,T], h0 and c0 [B,U]; writes outputs [B,T,U]
 * (0 at masked steps, which carry the state over), the final h and c [B,U], and for the way back gates [B,T,4U] and the states
 * before each step, hiddens and cells [B,T,U].
 */
export function lstmForward(
  kernels: Kernels,
  shape: RecurrentShape,
  p: Pointers<'projected' | 'weights' | 'mask' | 'h0' | 'c0' | 'outputs' | 'h' | 'c' | 'gates' | 'hiddens' | 'cells'>,
): void {
  const bytes = kernels.exports.stepWorkspace(shape.batch, 4 * shape.units, shape.units);
  const pointers = [p.projected, p.weights, p.mask, p.h0, p.c0, p.outputs, p.h, p.c, p.gates, p.hiddens, p.cells];
  withWorkspace(kernels, shape, bytes, (workspace, sizes) =>
    kernels.exports.lstmForward(...pointers, ...sizes, workspace),
  );
}

/**
 * Reads what the forward pass read and saved, and dOutputs [B,T,U]; writes dProjected [B,T,4U] and dWeights [U,4U]. dH and dC
 * [B,U] hold the gradients of the final states and end as those of h0 and c0.
 */
export function lstmBackward(
  kernels: Kernels,
  shape: RecurrentShape,
  p: Pointers<
    'weights' | 'mask' | 'gates' | 'hiddens' | 'cells' | 'dOutputs' | 'dH' | 'dC' | 'dProjected' | 'dWeights'
  >,
): void {
  const bytes = kernels.exports.stepWorkspace(shape.batch, shape.units, 4 * shape.units);
  const pointers = [p.weights, p.mask, p.gates, p.hiddens, p.cells, p.dOutputs, p.dH, p.dC, p.dProjected, p.dWeights];
  withWorkspace(kernels, shape, bytes, (workspace, sizes) =>
    kernels.exports.lstmBackward(...pointers, ...sizes, workspace),
  );
}
