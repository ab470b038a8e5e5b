/** The laws of layers accept a right layer and catch each kind of wrong one. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/index.js';
import { carry, type RecurrentLayer } from '../cell.js';
import { normal } from '../initializers.js';
import { Module } from '../module.js';
import { parameter } from '../parameter.js';
import { Rng } from '../rng.js';
import { keepWhere, type Sequence, zeroPadding } from '../sequence.js';
import { backendsHere, verifyModule, verifyRecurrentLayer, verifySequenceLayer } from './index.js';

const inputSize = 3;

/** h ← tanh(x·W + h·0.5). */
class Elman extends Module implements RecurrentLayer<tf.Tensor2D> {
  readonly outputSize: number = 5;
  readonly weight: tf.Variable<tf.Rank.R2> = parameter([inputSize, 5], normal(0.5), new Rng(1));

  initialState(batch: number): tf.Tensor2D {
    return tf.zeros([batch, 5]);
  }

  step(x: tf.Tensor2D, h: tf.Tensor2D): { output: tf.Tensor2D; state: tf.Tensor2D } {
    const state = tf.tanh(tf.add<tf.Tensor2D>(tf.matMul(x, this.weight), tf.mul(h, 0.5)));
    return { output: state, state };
  }

  forward(input: Sequence, initial: tf.Tensor2D = this.initialState(input.values.shape[0])) {
    const { values, mask } = this.clean(input);
    const masks = tf.unstack(mask, 1) as tf.Tensor1D[];
    let state = initial;
    const outputs = (tf.unstack(values, 1) as tf.Tensor2D[]).map((x, t) => {
      const next = this.step(x, state);
      state = this.carry(masks[t]!, next.state, state);
      return next.output;
    });
    return { output: this.finish(tf.stack(outputs, 1) as tf.Tensor3D, mask), state };
  }

  protected clean(input: Sequence): Sequence {
    return zeroPadding(input);
  }

  protected carry(mask: tf.Tensor1D, next: tf.Tensor2D, previous: tf.Tensor2D): tf.Tensor2D {
    return carry(mask, next, previous);
  }

  protected finish(values: tf.Tensor3D, mask: tf.Tensor2D): Sequence {
    return { values: keepWhere(mask, values), mask };
  }
}

class ReadsPadding extends Elman {
  protected override clean(input: Sequence) {
    return input;
  }
}

class ForgetsCarry extends Elman {
  protected override carry(_: tf.Tensor1D, next: tf.Tensor2D) {
    return next;
  }
}

class LeavesPadding extends Elman {
  protected override finish(values: tf.Tensor3D, mask: tf.Tensor2D) {
    return { values, mask };
  }
}

class MixesRows extends Elman {
  protected override finish(values: tf.Tensor3D, mask: tf.Tensor2D) {
    return super.finish(tf.sub(values, tf.mean(values, 0, true)), mask);
  }
}

class OtherStep extends Elman {
  #steps = 0;
  override step(x: tf.Tensor2D, h: tf.Tensor2D) {
    return super.step(tf.mul(x, 1 + 0.01 * (this.#steps++ % 5)), h);
  }
  override forward(input: Sequence, initial?: tf.Tensor2D) {
    this.#steps = 0;
    const result = super.forward(input, initial);
    this.#steps = 1;
    return result;
  }
}

const doubledGradient = tf.customGrad((x) => ({
  value: tf.clone(x as tf.Tensor),
  gradFunc: (dy) => tf.mul(dy, 2),
}));

class WrongGradient extends Elman {
  protected override finish(values: tf.Tensor3D, mask: tf.Tensor2D) {
    return super.finish(doubledGradient(values) as tf.Tensor3D, mask);
  }
}

class Keeps extends Elman {
  protected override finish(values: tf.Tensor3D, mask: tf.Tensor2D) {
    tf.keep(tf.neg(values));
    return super.finish(values, mask);
  }
}

class ForgetsInitial extends Elman {
  override forward(input: Sequence) {
    return super.forward(input);
  }
}

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('a right layer passes', async () => {
    await verifyModule(() => new Elman());
    await verifyRecurrentLayer(() => new Elman(), inputSize);
  });

  it.each([
    [ReadsPadding, 'NaN in padding changes nothing'],
    [ForgetsCarry, 'the state is the one after the last real step'],
    [LeavesPadding, 'outputs are 0 at padding'],
    [MixesRows, 'each row of the batch depends on itself alone'],
    [WrongGradient, 'the gradient is what finite differences say'],
    [Keeps, 'nothing is left behind'],
  ] as const)('%o breaks a law of sequence layers', async (Layer, broken) => {
    await expect(verifySequenceLayer(() => new Layer(), inputSize)).rejects.toThrow(`law "${broken}`);
  });

  it.each([
    [OtherStep, 'forward equals step after step'],
    [ForgetsInitial, 'a sequence in two pieces equals the whole'],
  ] as const)('%o breaks a law of recurrent layers', async (Layer, broken) => {
    await expect(verifyRecurrentLayer(() => new Layer(), inputSize)).rejects.toThrow(`law "${broken}`);
  });
});
