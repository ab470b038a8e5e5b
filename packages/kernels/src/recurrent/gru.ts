/** GRU over whole sequences, gates in the order reset, update, candidate: h' = z⊙h + (1−z)⊙candidate. */
import type { Kernels } from '../load.js';
import { type Pointers, type RecurrentKernel, type RecurrentShape, withWorkspace } from './recurrence.js';

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
  const bytes = kernels.exports.gruResetAfterWorkspace(shape.batch, shape.units);
  const pointers = [p.projected, p.weights, p.bias, p.mask, p.h0, p.outputs, p.h, p.gates, p.hiddens];
  withWorkspace(kernels, shape, bytes, (workspace, sizes) =>
    kernels.exports.gruResetAfterForward(...pointers, ...sizes, workspace),
  );
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
  const bytes = kernels.exports.stepWorkspace(batch, units, 3 * units);
  const pointers = [p.weights, p.mask, p.gates, p.hiddens, p.dOutputs, p.dH, p.dProjected, p.dWeights, p.dBias];
  withWorkspace(kernels, shape, bytes, (workspace, sizes, allocate) =>
    kernels.exports.gruResetAfterBackward(...pointers, allocate(12 * batch * time * units), ...sizes, workspace),
  );
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
  const bytes = kernels.exports.gruResetBeforeWorkspace(shape.batch, shape.units);
  const pointers = [p.projected, p.weights, p.mask, p.h0, p.outputs, p.h, p.gates, p.hiddens];
  withWorkspace(kernels, shape, bytes, (workspace, sizes) =>
    kernels.exports.gruResetBeforeForward(...pointers, ...sizes, workspace),
  );
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
  const bytes = kernels.exports.gruResetBeforeWorkspace(batch, units);
  const pointers = [p.weights, p.mask, p.gates, p.hiddens, p.dOutputs, p.dH, p.dProjected, p.dWeights];
  withWorkspace(kernels, shape, bytes, (workspace, sizes, allocate) =>
    kernels.exports.gruResetBeforeBackward(...pointers, allocate(4 * batch * time * units), ...sizes, workspace),
  );
}
