/** The laws of scorers, normalisers and attention accept right ones and catch each kind of wrong one. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/index.js';
import { normal } from '../initializers.js';
import { detach } from '../math/detach.js';
import { Module } from '../module.js';
import { parameter } from '../parameter.js';
import { Rng } from '../rng.js';
import type { AttendOptions, Attends, Memory, Normalizer, Scorer } from '../scorer.js';
import { keepWhere, type Sequence } from '../sequence.js';
import { backendsHere, verifyAttends, verifyNormalizer, verifyScorer } from './index.js';

class Dot implements Scorer {
  prepare(keys: tf.Tensor3D): tf.Tensor3D {
    return keys;
  }
  score(query: tf.Tensor3D, keys: tf.Tensor3D): tf.Tensor3D {
    return tf.matMul(query, keys, false, true);
  }
}

class CentersKeys extends Dot {
  override prepare(keys: tf.Tensor3D) {
    return tf.sub<tf.Tensor3D>(keys, tf.mean(keys, 1, true));
  }
}

class CentersQueries extends Dot {
  override score(query: tf.Tensor3D, keys: tf.Tensor3D) {
    return super.score(tf.sub(query, tf.mean(query, 1, true)), keys);
  }
}

class KeysFirst extends Dot {
  override score(query: tf.Tensor3D, keys: tf.Tensor3D) {
    return tf.transpose(super.score(query, keys), [0, 2, 1]);
  }
}

const withoutGradient = tf.customGrad((x) => ({
  value: tf.clone(x as tf.Tensor),
  gradFunc: (dy) => tf.zerosLike(dy),
}));

class LosesGradient extends Dot {
  override prepare(keys: tf.Tensor3D) {
    return withoutGradient(keys) as tf.Tensor3D;
  }
}

class Keeps extends Dot {
  override prepare(keys: tf.Tensor3D) {
    return tf.keep(tf.mul<tf.Tensor3D>(keys, 2));
  }
}

const softmax: Normalizer = (energies, mask) => {
  const top = detach(energies, (x) => tf.maximum(tf.max(tf.where(mask, x, -1e30), -1, true), -1e30));
  const shares = tf.where(mask, tf.exp(tf.where(mask, tf.sub(energies, top), 0)), 0);
  const sum = tf.sum(shares, -1, true);
  return tf.div(
    shares,
    tf.add(
      sum,
      detach(sum, (total) => tf.cast(tf.equal(total, 0), 'float32')),
    ),
  );
};

const normalizers: [string, Normalizer, broken: string][] = [
  ['forgets the mask', (energies) => tf.softmax(energies), 'weights are ≥ 0, and 0 where masked'],
  [
    'gives NaN where all is masked',
    (energies, mask) => tf.softmax(tf.where(mask, energies, -Infinity)),
    'weights are ≥ 0, and 0 where masked',
  ],
  ['is negative', (energies, mask) => tf.neg(softmax(energies, mask)), 'weights are ≥ 0, and 0 where masked'],
  [
    'masks too late',
    (energies, mask) => tf.mul(tf.softmax(energies), tf.cast(mask, 'float32')),
    'masked energies have gradient 0',
  ],
  [
    'peeks at masked energies',
    (energies, mask) =>
      tf.mul(
        softmax(energies, mask),
        detach(energies, (x) => tf.sigmoid(tf.sum(x, -1, true))),
      ),
    'what stands at masked places changes nothing',
  ],
  [
    'overflows',
    (energies, mask) => {
      const shares = tf.where(mask, tf.exp(tf.where(mask, energies, 0)), 0);
      return tf.div(shares, tf.add(tf.sum(shares, -1, true), 1e-9));
    },
    'extreme energies give finite weights and gradients',
  ],
  [
    'mixes queries',
    (energies, mask) => tf.mul(softmax(energies, mask), tf.sum(softmax(energies, mask), [1, 2], true)),
    'rows do not meet',
  ],
  [
    'prefers the first key',
    (energies, mask) => tf.mul(softmax(energies, mask), tf.tensor1d([1, 0.9, 0.8, 0.7, 0.6])),
    'permuted keys give permuted weights',
  ],
  [
    'loses the gradient',
    (energies, mask) => softmax(withoutGradient(energies) as tf.Tensor3D, mask),
    'the gradient is what finite differences say',
  ],
  ['keeps tensors', (energies, mask) => tf.keep(softmax(energies, mask)), 'nothing is left behind'],
];

/** Attention by dot products, in pieces that can be broken one by one. */
class DotAttention extends Module implements Attends<tf.Tensor3D> {
  clean(mask: tf.Tensor2D, values: tf.Tensor3D): tf.Tensor3D {
    return keepWhere(mask, values);
  }

  remember(keys: Sequence, values: Sequence = keys): Memory<tf.Tensor3D> {
    return { keys: this.clean(keys.mask, keys.values), values: this.clean(keys.mask, values.values), mask: keys.mask };
  }

  allowed(mask: tf.Tensor3D, extra?: tf.Tensor): tf.Tensor3D {
    return extra ? tf.logicalAnd(mask, extra) : mask;
  }

  attend(query: tf.Tensor3D, { keys, values, mask }: Memory<tf.Tensor3D>, options: AttendOptions = {}) {
    const energies = tf.matMul<tf.Tensor3D>(query, keys, false, true);
    const allowed = tf.broadcastTo<tf.Rank.R3>(this.allowed(tf.expandDims(mask, 1), options.mask), energies.shape);
    const weights = softmax(energies, allowed);
    return this.finish(tf.matMul(weights, values), weights);
  }

  finish(context: tf.Tensor3D, weights: tf.Tensor3D): { context: tf.Tensor3D; weights: tf.Tensor3D } {
    return { context, weights };
  }
}

class ReadsPadding extends DotAttention {
  override clean(_: tf.Tensor2D, values: tf.Tensor3D) {
    return values;
  }
}

class ForgetsMask extends DotAttention {
  override allowed(mask: tf.Tensor3D) {
    return mask;
  }
}

class AnswersAlways extends DotAttention {
  override finish(context: tf.Tensor3D, weights: tf.Tensor3D) {
    return { context: tf.add<tf.Tensor3D>(context, 1), weights };
  }
}

class LearnsFromNothing extends DotAttention {
  readonly scale: tf.Variable = parameter([2], normal(1), new Rng(1));

  override finish(context: tf.Tensor3D, weights: tf.Tensor3D) {
    const nothing = tf.add(this.scale, detach(this.scale, tf.neg));
    return { context: tf.add<tf.Tensor3D>(context, nothing), weights };
  }
}

class MixesQueries extends DotAttention {
  override finish(context: tf.Tensor3D, weights: tf.Tensor3D) {
    return { context: tf.mul<tf.Tensor3D>(context, tf.sum(weights, [1, 2], true)), weights };
  }
}

class MixesRows extends DotAttention {
  override finish(context: tf.Tensor3D, weights: tf.Tensor3D) {
    return { context: tf.mul<tf.Tensor3D>(context, tf.sum(weights, [0, 2], true)), weights };
  }
}

class Transposed extends DotAttention {
  override finish(context: tf.Tensor3D, weights: tf.Tensor3D) {
    return { context, weights: tf.transpose(weights, [0, 2, 1]) };
  }
}

class PrefersFirst extends DotAttention {
  override finish(context: tf.Tensor3D, weights: tf.Tensor3D) {
    return { context, weights: tf.mul<tf.Tensor3D>(weights, [1, 0.9, 0.8, 0.7, 0.6]) };
  }
}

class WrongGradient extends DotAttention {
  override clean(mask: tf.Tensor2D, values: tf.Tensor3D) {
    return withoutGradient(super.clean(mask, values)) as tf.Tensor3D;
  }
}

const sizes = { querySize: 3, keySize: 3 };

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('right ones pass', async () => {
    await verifyScorer(() => new Dot(), sizes);
    await verifyNormalizer(softmax);
    await verifyAttends(() => new DotAttention(), { ...sizes, valueSize: 2 });
  });

  it.each([
    [KeysFirst, 'energies have shape [B,Q,K]'],
    [CentersKeys, 'an energy depends on its own key alone'],
    [CentersQueries, 'an energy depends on its own query alone'],
    [LosesGradient, 'the gradient is what finite differences say'],
    [Keeps, 'nothing is left behind'],
  ] as const)('the scorer %o is caught', async (Wrong, broken) => {
    await expect(verifyScorer(() => new Wrong(), sizes)).rejects.toThrow(`law "${broken}`);
  });

  it.each(normalizers)('a normaliser that %s is caught', async (_, normalize, broken) => {
    await expect(verifyNormalizer(normalize)).rejects.toThrow(`law "${broken}`);
  });

  it.each([
    [Transposed, 'context is [B,Q,V], weights are [B,Q,K]'],
    [ForgetsMask, 'masked keys weigh 0'],
    [AnswersAlways, 'a query without an allowed key gets zeros'],
    [LearnsFromNothing, 'a query without an allowed key gets zeros and zero gradients'],
    [ReadsPadding, 'NaN in padding changes nothing'],
    [PrefersFirst, 'permuted keys permute the weights'],
    [MixesQueries, 'a memory serves many queries'],
    [MixesRows, 'each row of the batch depends on itself alone'],
    [WrongGradient, 'the gradient is what finite differences say'],
  ] as const)('the attention %o is caught', async (Wrong, broken) => {
    await expect(verifyAttends(() => new Wrong(), { ...sizes, valueSize: 2 })).rejects.toThrow(`law "${broken}`);
  });
});
