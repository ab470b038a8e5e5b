/** Laws of ops: a fused kernel and its registered gradient mean what the composed form means. */
import * as tf from '@tensorflow/tfjs-core';
import type { Attributes, Op, Tensors } from '../op.js';
import { Rng } from '../rng.js';
import { checkGradients, type GradientCheck } from './check-gradients.js';
import { expectNoLeak } from './expect-no-leak.js';
import { demand, law } from './law.js';
import { observe, sameObservation } from './observe.js';
import { weightedSum } from './samples.js';

export interface OpCase<Names extends string, Options> {
  /** Shown when the case fails. */
  name: string;
  inputs: Tensors<Names>;
  attributes: Options;
  /** The inputs that have a gradient; all of dtype float32 unless told. */
  differentiable?: readonly Names[];
  /** Between fused and composed; 1e-5 unless told. */
  tolerance?: number;
  /** For the comparison with finite differences; false where the op has kinks. */
  gradientCheck?: GradientCheck | false;
}

/**
 * Throws unless, for every case and on the current backend: what the op returns = what its composed form returns, the gradient through
 * the op = the tape's through the composed form = finite differences, and nothing leaks. Without a kernel only the last two say something.
 */
export async function verifyOp<Names extends string, Options extends Attributes>(
  op: Op<Names, Options>,
  cases: readonly OpCase<Names, Options>[],
): Promise<void> {
  for (const each of cases) await law(`${op.opName}, ${each.name}`, () => verifyCase(op, each));
}

async function verifyCase<Names extends string, Options extends Attributes>(
  op: Op<Names, Options>,
  { inputs, attributes, tolerance = 1e-5, gradientCheck = {}, ...rest }: OpCase<Names, Options>,
): Promise<void> {
  const names = Object.keys(inputs) as Names[];
  const differentiable = rest.differentiable ?? names.filter((name) => inputs[name].dtype === 'float32');
  const xs = Object.fromEntries(differentiable.map((name) => [name, inputs[name]]));
  const outputs = (run: typeof op.composed) => () =>
    Object.fromEntries(run(inputs, attributes).map((output, i) => [`output ${i}`, output]));

  await law('fused = composed, in values and gradients', async () => {
    const [actual, expected] = [await observe(outputs(op), xs), await observe(outputs(op.composed), xs)];
    demand(
      Object.keys(actual).length === Object.keys(expected).length,
      `the op returns ${Object.keys(actual)}, its composed form ${Object.keys(expected)}`,
    );
    sameObservation(actual, expected, tolerance);
  });
  if (gradientCheck && differentiable.length > 0) {
    const sum = (...moved: tf.Tensor[]) => {
      const changed = Object.fromEntries(differentiable.map((name, i) => [name, moved[i]]));
      return weightedSum(op({ ...inputs, ...changed }, attributes), new Rng(11));
    };
    await checkGradients(sum, Object.values(xs), { names: differentiable, ...gradientCheck });
  }
  await expectNoLeak(() => tf.tidy(() => void op(inputs, attributes)));
  await expectNoLeak(() => observe(outputs(op), xs));
}
