/** The linear recurrence under minGRU, LRU, state spaces and their like, for anyone's own layers. */
import type { Op } from '@seqloom/core';
import { asMask, dims, knownOptions, ShapeError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { notEmpty } from '../sequence-shape.js';
import { complexLinearScan, type LinearScanAttributes, type LinearScanInput, linearScan } from './linear-scan.js';

export interface AssociativeScanInputs {
  /** a: [B,T,U], or [U] where every step has the same. */
  decay: tf.Tensor;
  /** b [B,T,U]. */
  input: tf.Tensor3D;
  /** [B,T], 1 = real; every step unless told. A masked step changes no state and gives 0; what stands there is not read. */
  mask?: tf.Tensor2D;
  /** The state before the first step [B,U]; 0 unless told. */
  initial?: tf.Tensor2D;
  /** Whether time runs from the last step to the first; states stay in their places. */
  reverse?: boolean;
}

/** states [B,T,U] and the state after each row's last real step [B,U]. */
export interface Scanned {
  states: tf.Tensor3D;
  state: tf.Tensor2D;
}

/**
 * h_t = a_t ⊙ h_{t−1} + b_t (Blelloch 1990): one pass with its own gradient, a scan in the other direction, on cpu and wasm; log₂ T rounds
 * over all steps at once elsewhere. Throws ShapeError where shapes disagree.
 */
export function associativeScan(inputs: AssociativeScanInputs): Scanned {
  return scanned('associativeScan', linearScan, inputs);
}

/** The same over complex numbers: every last dimension holds U real parts and then U imaginary ones, [B,T,2U]. */
export function complexScan(inputs: AssociativeScanInputs): Scanned {
  const width = inputs.input?.shape?.at(-1) ?? 0;
  if (width % 2 !== 0) {
    throw new ShapeError('complexScan', `\`input\` must end in real and imaginary parts, 2U in all, got ${width}`);
  }
  return scanned('complexScan', complexLinearScan, inputs);
}

function scanned(where: string, op: Op<LinearScanInput, LinearScanAttributes>, inputs: AssociativeScanInputs): Scanned {
  knownOptions(where, inputs, ['decay', 'input', 'mask', 'initial', 'reverse']);
  const { decay, input, reverse = false } = inputs;
  const { B, T, U } = dims(where, { input: [input, 'B T U'] });
  notEmpty(where, 'input', input);
  const { mask = tf.ones([B, T], 'bool'), initial = tf.zeros([B, U]) } = inputs;
  dims(where, {
    input: [input, 'B T U'],
    decay: [decay, decay?.rank === 1 ? 'U' : 'B T U'],
    mask: [mask, 'B T'],
    initial: [initial, 'B U'],
  });
  const [states, state] = op({ decay, input, mask: asMask(mask as tf.Tensor2D), initial }, { reverse });
  return { states: states as tf.Tensor3D, state: state as tf.Tensor2D };
}
