/** LSTM over whole sequences, gates in the order input, forget, cell, output. */
import type { Kernels } from '../load.js';
import {
  operands,
  type Pointers,
  type RecurrentKernel,
  type RecurrentShape,
  runRecurrence,
  weightsGradient,
} from './recurrence.js';

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
  const { perStep, perRow, mask, shared } = operands(shape);
  const given = [perStep(p.projected, 4), shared(p.weights), mask(p.mask), perRow(p.h0), perRow(p.c0)];
  const saved = [perStep(p.gates, 4), perStep(p.hiddens), perStep(p.cells)];
  const width = 4 * shape.units;
  runRecurrence(kernels, shape, {
    kernel: 'lstmForward',
    operands: [...given, perStep(p.outputs), perRow(p.h), perRow(p.c), ...saved],
    width,
    workspace: (batch) => kernels.exports.stepWorkspace(batch, width, shape.units),
  });
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
  const { perStep, perRow, mask, shared } = operands(shape);
  const given = [shared(p.weights), mask(p.mask), perStep(p.gates, 4), perStep(p.cells), perStep(p.dOutputs)];
  const width = 4 * shape.units;
  runRecurrence(kernels, shape, {
    kernel: 'lstmBackward',
    operands: [...given, perRow(p.dH), perRow(p.dC), perStep(p.dProjected, 4)],
    width,
    workspace: (batch) => kernels.exports.stepWorkspace(batch, shape.units, width),
  });
  const errors = { pointer: p.dProjected, stride: width, columns: width };
  weightsGradient(kernels, shape, p.hiddens, errors, p.dWeights);
}
