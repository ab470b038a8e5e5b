/** Simple recurrent network over whole sequences: h' = tanh or relu of x + h·R. */
import type { Kernels } from '../load.js';
import {
  operands,
  type Pointers,
  type RecurrentKernel,
  type RecurrentShape,
  runRecurrence,
  weightsGradient,
} from './recurrence.js';

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
  const { perStep, perRow, mask, shared } = operands(shape);
  const given = [perStep(p.projected), shared(p.weights), mask(p.mask), perRow(p.h0)];
  runRecurrence(kernels, shape, {
    kernel: 'simpleRNNForward',
    operands: [...given, perStep(p.outputs), perRow(p.h), perStep(p.hiddens)],
    flags: [Number(shape.activation === 'relu')],
    width: shape.units,
    workspace: (batch) => kernels.exports.simpleRNNWorkspace(batch, shape.units),
  });
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
  const { perStep, perRow, mask, shared } = operands(shape);
  const { units } = shape;
  const given = [shared(p.weights), mask(p.mask), perStep(p.outputs), perStep(p.dOutputs)];
  runRecurrence(kernels, shape, {
    kernel: 'simpleRNNBackward',
    operands: [...given, perRow(p.dH), perStep(p.dProjected)],
    flags: [Number(shape.activation === 'relu')],
    width: units,
    workspace: (batch) => kernels.exports.stepWorkspace(batch, units, units),
  });
  weightsGradient(kernels, shape, p.hiddens, { pointer: p.dProjected, stride: units, columns: units }, p.dWeights);
}
