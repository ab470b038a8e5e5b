import { DataError, lengthMask, OptionError, ShapeError, sequence, useBackend } from '@seqloom/core';
import { backendsHere, verifyModule } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { segmentAnswerLaws } from '../../laws/segment-answer-laws.js';
import { segmentLaws } from '../../laws/segment-laws.js';
import { SemiMarkovCRF } from './semi-markov-crf.js';
import { sumOverSegments } from './sum-over-segments.js';

describe.each(backendsHere())('segments on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  it.each(Object.entries({ ...segmentLaws, ...segmentAnswerLaws }))('%s', (_, law) => law(15));
  it('is a module', () => verifyModule(() => new SemiMarkovCRF({ labelCount: 3, maxLength: 4 })));

  it('says what is wrong with its input', () => {
    const crf = new SemiMarkovCRF({ labelCount: 3, maxLength: 2 });
    const segments = sumOverSegments(sequence(tf.zeros([2, 4, 3]), lengthMask([4, 2])), 2);
    const labels = tf.tensor2d([0, 1, 2, 3, 0, 0, 9, 9], [2, 4], 'int32');
    const begins = tf.ones<tf.Rank.R2>([2, 4], 'bool');
    expect(() => crf.loss(segments, { labels, begins })).toThrow('label 3 at sequence 0, step 3');
    expect(() => crf.loss(segments, { labels, begins })).toThrow(DataError);
    expect(() => crf.loss(segments, { labels, begins: tf.ones([2, 3]) })).toThrow(ShapeError);
    expect(() => crf.decode(sumOverSegments(sequence(tf.zeros([2, 4, 3])), 3))).toThrow('2, 3], got [2,4,3,3]');
    expect(() => crf.decode(sumOverSegments(sequence(tf.zeros([0, 4, 3])), 2))).toThrow(ShapeError);
    expect(() => sumOverSegments(sequence(tf.zeros([2, 4, 3])), 0)).toThrow(OptionError);
    expect(() => new SemiMarkovCRF({ labelCount: 3, maxLength: 0 })).toThrow(OptionError);
    expect(() => new SemiMarkovCRF({ labelCount: 3, maxLength: 2, allowed: { initial: [1] } })).toThrow(ShapeError);
  });
});
