/** Attention: a scorer compares, a mask allows, a normaliser decides. */
import type { Attended, AttendOptions, Attends, Memory, Normalizer, Scorer, Sequence } from '@seqloom/core';
import { dims, keepWhere, knownOptions, Module, OptionError, ShapeError, show } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { allOf, keyMask } from './masks.js';
import { softmax } from './normalizers/softmax.js';
import { isStateful } from './normalizers/stateful.js';
import { apart, together } from './side-by-side.js';

export interface AttentionOptions<Keys> {
  scorer: Scorer<Keys>;
  /** Makes weights of energies: a normaliser, or a Module that has one, whose parameters then are the attention's too. softmax unless told. */
  normalize?: Normalizer | Normalizes;
}

/** A normaliser with parameters. */
export interface Normalizes {
  readonly normalize: Normalizer;
}

/** weights = normalize(score(query, keys)), context = Σ weight·value. */
export class Attention<Keys = tf.Tensor3D> extends Module implements Attends<Keys> {
  readonly scorer: Scorer<Keys>;
  readonly normalize: Normalizer | Normalizes;

  constructor(options: AttentionOptions<Keys>) {
    super();
    knownOptions('Attention', options, ['scorer', 'normalize']);
    const { scorer, normalize = softmax } = options;
    if (typeof scorer?.score !== 'function' || typeof scorer.prepare !== 'function') {
      throw new OptionError('Attention', `\`scorer\` must have prepare and score, got ${show(scorer)}`);
    }
    this.scorer = scorer;
    this.normalize = normalize;
  }

  /** Cleans the padding of keys [B,K,D] and values [B,K,V] and prepares the keys. Throws ShapeError when they disagree or hold nothing. */
  remember(keys: Sequence, values: Sequence = keys): Memory<Keys> {
    const { B, K } = dims('Attention.remember', {
      'keys.values': [keys?.values, 'B K D'],
      'keys.mask': [keys?.mask, 'B K'],
      'values.values': [values?.values, 'B K V'],
    });
    if (B * K === 0) throw new ShapeError('Attention.remember', `\`keys\` are empty: [B=${B}, K=${K}]`);
    const cleanKeys = keepWhere(keys.mask, keys.values);
    const cleanValues = values === keys ? cleanKeys : keepWhere(keys.mask, values.values);
    return { keys: this.scorer.prepare(cleanKeys, keys.mask), values: cleanValues, mask: keys.mask };
  }

  /** query [B,Q,D] → context [B,Q,V], weights [B,Q,K]. Throws ShapeError. */
  attend(query: tf.Tensor3D, memory: Memory<Keys>, { previous, mask }: AttendOptions = {}): Attended {
    dims('Attention.attend', {
      query: [query, 'B Q D'],
      'memory.values': [memory.values, 'B K V'],
      ...(previous ? { 'options.previous.weights': [previous.weights, 'B Q K'] as const } : {}),
      ...(mask ? { 'options.mask': [mask, mask.rank === 2 ? 'Q K' : 'B Q K'] as const } : {}),
    });
    const real = keyMask(memory.mask);
    const allowed = (mask ? allOf(real, mask) : real) as tf.Tensor3D; // [B,Q,K], or [B,1,K]
    const normalize = typeof this.normalize === 'function' ? this.normalize : this.normalize.normalize;
    const stateful = isStateful(normalize);
    const [scorers, normalizers] = stateful ? apart(previous, -memory.values.shape[1]) : [previous, previous];
    const energies = this.scorer.score(query, memory.keys, scorers);
    const weighed = stateful ? normalize.weigh(energies, allowed, normalizers) : undefined;
    const weights = weighed?.weights ?? normalize(energies, allowed, normalizers);
    const context = tf.matMul<tf.Tensor3D>(weights, memory.values);
    const state = together(this.scorer.remember?.(weights, query, memory.keys, scorers), weighed?.state);
    return state ? { context, weights, state } : { context, weights };
  }
}
