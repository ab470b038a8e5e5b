/** GRU over whole sequences, gates in the order reset, update, candidate: h' = z⊙h + (1−z)⊙candidate. */
import type { Kernels } from '../load.js';
import { scope } from '../memory.js';
import {
  operands,
  type Pointers,
  type RecurrentKernel,
  type RecurrentShape,
  runRecurrence,
  weightsGradient,
} from './recurrence.js';

export interface GRUExports {
  gruResetAfterWorkspace(batch: number, units: number): number;
  gruResetAfterForward: RecurrentKernel;
  gruResetAfterBackward: RecurrentKernel;
  gruResetBeforeWorkspace(batch: number, units: number): number;
  gruResetBeforeForward: RecurrentKernel;
  gruResetBeforeBackward: RecurrentKernel;
}

/**
 * Candidate tanh(x + r⊙(h·R + bias)). Reads projected [B,T,3U] (inputs times weights, plus bias), weights [U,3U], the recurrent
 * bias [3U], mask [B,T] and h0 [B,U]; writes outputs [B,T,U] (0 at masked steps, which carry the state over), the final h [B,U],
 * and for the way back gates [B,T,4U] and hiddens [B,T,U].
 */
export function gruResetAfterForward(
  kernels: Kernels,
  shape: RecurrentShape,
  p: Pointers<'projected' | 'weights' | 'bias' | 'mask' | 'h0' | 'outputs' | 'h' | 'gates' | 'hiddens'>,
): void {
  const { perStep, perRow, mask, shared } = operands(shape);
  const given = [perStep(p.projected, 3), shared(p.weights), shared(p.bias), mask(p.mask), perRow(p.h0)];
  runRecurrence(kernels, shape, {
    kernel: 'gruResetAfterForward',
    operands: [...given, perStep(p.outputs), perRow(p.h), perStep(p.gates, 4), perStep(p.hiddens)],
    width: 3 * shape.units,
    workspace: (batch) => kernels.exports.gruResetAfterWorkspace(batch, shape.units),
  });
}

/**
 * Reads what the forward pass read and saved, and dOutputs [B,T,U]; writes dProjected [B,T,3U], dWeights [U,3U] and dBias [3U].
 * dH [B,U] holds the gradient of the final state and ends as that of h0.
 */
export function gruResetAfterBackward(
  kernels: Kernels,
  shape: RecurrentShape,
  p: Pointers<'weights' | 'mask' | 'gates' | 'hiddens' | 'dOutputs' | 'dH' | 'dProjected' | 'dWeights' | 'dBias'>,
): void {
  const { batch, time, units } = shape;
  const width = 3 * units;
  const { perStep, perRow, mask, shared } = operands(shape);
  const given = [shared(p.weights), mask(p.mask), perStep(p.gates, 4), perStep(p.hiddens), perStep(p.dOutputs)];
  scope(kernels.memory, (allocate) => {
    const dSums = allocate(4 * batch * time * width);
    runRecurrence(kernels, shape, {
      kernel: 'gruResetAfterBackward',
      operands: [...given, perRow(p.dH), perStep(p.dProjected, 3), perStep(dSums, 3)],
      width,
      workspace: (rows) => kernels.exports.stepWorkspace(rows, units, width),
    });
    weightsGradient(kernels, shape, p.hiddens, { pointer: dSums, stride: width, columns: width }, p.dWeights);
    kernels.exports.sumRows(dSums, p.dBias, batch * time, width);
  });
}

/**
 * Candidate tanh(x + (r⊙h)·R). Reads projected [B,T,3U] (inputs times weights, plus bias), weights [U,3U], mask [B,T] and h0
 * [B,U]; writes outputs [B,T,U] (0 at masked steps, which carry the state over), the final h [B,U], and for the way back gates
 * [B,T,3U] and hiddens [B,T,U].
 */
export function gruResetBeforeForward(
  kernels: Kernels,
  shape: RecurrentShape,
  p: Pointers<'projected' | 'weights' | 'mask' | 'h0' | 'outputs' | 'h' | 'gates' | 'hiddens'>,
): void {
  const { perStep, perRow, mask, shared } = operands(shape);
  const given = [perStep(p.projected, 3), shared(p.weights), mask(p.mask), perRow(p.h0)];
  runRecurrence(kernels, shape, {
    kernel: 'gruResetBeforeForward',
    operands: [...given, perStep(p.outputs), perRow(p.h), perStep(p.gates, 3), perStep(p.hiddens)],
    width: 3 * shape.units,
    workspace: (batch) => kernels.exports.gruResetBeforeWorkspace(batch, shape.units),
  });
}

/**
 * Reads what the forward pass read and saved, and dOutputs [B,T,U]; writes dProjected [B,T,3U] and dWeights [U,3U]. dH [B,U] holds
 * the gradient of the final state and ends as that of h0.
 */
export function gruResetBeforeBackward(
  kernels: Kernels,
  shape: RecurrentShape,
  p: Pointers<'weights' | 'mask' | 'gates' | 'hiddens' | 'dOutputs' | 'dH' | 'dProjected' | 'dWeights'>,
): void {
  const { batch, time, units } = shape;
  const stride = 3 * units;
  const { perStep, perRow, mask, shared } = operands(shape);
  const given = [shared(p.weights), mask(p.mask), perStep(p.gates, 3), perStep(p.hiddens), perStep(p.dOutputs)];
  scope(kernels.memory, (allocate) => {
    const kept = allocate(4 * batch * time * units);
    runRecurrence(kernels, shape, {
      kernel: 'gruResetBeforeBackward',
      operands: [...given, perRow(p.dH), perStep(p.dProjected, 3), perStep(kept)],
      width: stride,
      workspace: (rows) => kernels.exports.gruResetBeforeWorkspace(rows, units),
    });
    const gates = { pointer: p.dProjected, stride, columns: 2 * units };
    const candidate = { pointer: p.dProjected + 8 * units, stride, columns: units };
    weightsGradient(kernels, shape, p.hiddens, gates, p.dWeights);
    weightsGradient(kernels, shape, kept, candidate, p.dWeights + 8 * units);
  });
}
