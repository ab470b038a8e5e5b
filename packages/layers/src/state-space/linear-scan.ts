/** Linear recurrences h' = a⊙h + b as one op, real and complex: a kernel that goes once over memory, or a scan of logarithmic depth. */
import type { Attributes, FusedKernel, FusedPair, Op, Tensors } from '@seqloom/core';
import { defineOp, keepWhere } from '@seqloom/core';
import { type LinearScanShape, linearScanGradient, linearScan as linearScanKernel } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { halves, joined, product } from './complex.js';
import { type Combine, prefixScan } from './prefix-scan.js';
import { copyOf } from './workspace.js';

export type LinearScanInput = 'decay' | 'input' | 'mask' | 'initial';

export interface LinearScanAttributes extends Attributes {
  reverse: boolean;
}

/**
 * decay [B,T,U] or [U], input [B,T,U], mask [B,T] bool, initial [B,U] → [states [B,T,U], 0 at padding, and the last state [B,U]]. What stands
 * at padding is not read.
 */
export const linearScan: Op<LinearScanInput, LinearScanAttributes> = scanOp('LinearScan', false);

/** The same over complex numbers: rows of 2U floats, first the real parts, then the imaginary ones. */
export const complexLinearScan: Op<LinearScanInput, LinearScanAttributes> = scanOp('ComplexLinearScan', true);

function scanOp(name: string, complex: boolean): Op<LinearScanInput, LinearScanAttributes> {
  const times = (a: tf.Tensor, b: tf.Tensor) => (complex ? joined(product(halves(a), halves(b))) : tf.mul(a, b));
  return defineOp<LinearScanInput, LinearScanAttributes>({
    name,
    inputs: ['decay', 'input', 'mask', 'initial'],
    outputs: 2,
    composed: (inputs, { reverse }) => composedScan(inputs, reverse, times, complex),
    fused: kernels(complex),
  });
}

/** Padding is a step of decay 1 and input 0. */
function composedScan(
  { decay, input, mask, initial }: Tensors<LinearScanInput>,
  reverse: boolean,
  times: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  complex: boolean,
): tf.Tensor[] {
  const inOrder = (x: tf.Tensor) => (reverse ? tf.reverse(x, 1) : x);
  const [B, T, U] = input.shape as [number, number, number];
  const wide = decay.rank === 1 ? tf.add(decay, tf.zeros([B, T, U])) : decay;
  const [a, b] = [inOrder(keptDecay(mask, wide, complex)), inOrder(keepWhere(mask, input))];
  const after: Combine = ([a0, b0], [a1, b1]) => [times(a0!, a1!), tf.add(times(a1!, b0!), b1!)];
  const [decays, sums] = prefixScan(after, [a, b]) as [tf.Tensor, tf.Tensor];
  const states = tf.add(times(decays, tf.reshape(initial, [B, 1, U])), sums);
  const last = tf.reshape(tf.slice(states, [0, T - 1, 0], [B, 1, U]), [B, U]);
  return [keepWhere(mask, inOrder(states)), last];
}

/** The decays of real steps, and 1 (or 1 + 0i) at padding. */
function keptDecay(mask: tf.Tensor, decay: tf.Tensor, complex: boolean): tf.Tensor {
  if (!complex) return keepWhere(mask, decay, 1);
  const [re, im] = halves(decay);
  return joined([keepWhere(mask, re, 1), keepWhere(mask, im, 0)]);
}

function kernels(complex: boolean): FusedPair<LinearScanInput> {
  return {
    forward(tensors, attributes, workspace) {
      const shape = shapeOf(tensors, attributes, complex);
      const states = workspace.output([...tensors.input!.shape]);
      const final = workspace.output([...tensors.initial!.shape]);
      const given = { ...pointers(tensors, workspace), input: workspace.input(tensors.input!) };
      linearScanKernel(workspace.kernels, shape, given, { states: states.pointer, final: final.pointer });
      return [states, final];
    },
    backward(tensors, attributes, workspace) {
      const [dDecay, dInput] = [tensors.decay!, tensors.input!].map(({ shape }) => workspace.output([...shape]));
      const dState = copyOf(workspace, tensors.dy1!);
      const read = { states: workspace.input(tensors.out0!), dStates: workspace.input(tensors.dy0!) };
      linearScanGradient(
        workspace.kernels,
        shapeOf(tensors, attributes, complex),
        { ...pointers(tensors, workspace), ...read },
        { dDecay: dDecay!.pointer, dInput: dInput!.pointer, dState: dState.pointer },
      );
      return [dDecay!, dInput!, dState];
    },
    differentiable: ['decay', 'input', 'initial'],
  };
}

type Inputs = Parameters<FusedKernel>[0];
type Workspace = Parameters<FusedKernel>[2];

function shapeOf({ decay, input }: Inputs, { reverse }: Attributes, complex: boolean): LinearScanShape {
  const [batch, time, width] = input!.shape as [number, number, number];
  const constant = decay!.shape.length === 1;
  return { batch, time, units: complex ? width / 2 : width, complex, constant, reverse: reverse === true };
}

function pointers({ decay, mask, initial }: Inputs, { input }: Workspace) {
  return { decay: input(decay!), mask: input(mask!), initial: input(initial!) };
}
