/** The tagger: learns, is blind to padding, names bad input. */
import { AdditiveScore, Attention } from '@seqloom/attention';
import { adam, DataError, dataset, lengthMask, OptionError, Rng, ShapeError, train, useBackend } from '@seqloom/core';
import { backendsHere, expectClose, expectNoLeak, verifyModule } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { gru, SoftmaxHead, type TaggedBatch, TaggingNetwork, TokenEmbedding } from '../index.js';

const words = 9;
const tags = 3;

function build({ attentive = false, wordDropout = 0, dropout = 0 } = {}) {
  const rng = new Rng(1);
  const columns = [
    { vocabularySize: words, size: 8, unknown: 1 },
    { vocabularySize: 4, size: 2 },
  ];
  const embeddings = new TokenEmbedding({ columns, wordDropout, dropout, rng });
  const encoder = gru({ inputSize: embeddings.outputSize, hiddenSize: 8, bidirectional: true, rng });
  const scorer = () => new AdditiveScore({ querySize: 16, keySize: 16, size: 8, rng });
  const attention = attentive ? new Attention({ scorer: scorer() }) : undefined;
  return new TaggingNetwork({ embeddings, encoder, attention, tags, head: new SoftmaxHead(), dropout, rng });
}

/** The tag of a word is its id modulo 3, plus 1 where the word before it is even. */
function batch(rng: Rng, lengths: readonly number[], T = Math.max(...lengths)): TaggedBatch {
  const ids = lengths.map(() => Array.from({ length: T }, () => 2 + rng.below(words - 2)));
  const tokens = ids.map((row) => row.map((id) => [id, id % 4]));
  const labels = ids.map((row) => row.map((id, t) => (id + Number(t > 0 && row[t - 1]! % 2 === 0)) % tags));
  return {
    tokens: tf.tensor3d(tokens, undefined, 'int32'),
    labels: tf.tensor2d(labels, undefined, 'int32'),
    mask: lengthMask(lengths, T),
  };
}

it.each([false, true])('learns a toy language, attentive: %s', async (attentive) => {
  await useBackend('wasm');
  const model = build({ attentive, wordDropout: 0.05 });
  const rng = new Rng(3);
  const data = dataset(function* () {
    for (let i = 0; i < 201; i++) yield batch(rng, [7, 5, 6, 7, 3, 7, 7, 2]);
  });
  const loss = (tagged: TaggedBatch) => model.loss(tagged);
  const tensors: number[] = [];
  for await (const event of train({ model, data, loss, optimizer: adam({ learningRate: 0.02 }), epochs: 1 }))
    if (event.type === 'step') tensors.push(tf.memory().numTensors);
  expect(new Set(tensors.slice(1)).size).toBe(1);
  const test = batch(rng, new Array<number>(20).fill(7));
  const wrong = tf.sum(tf.cast(tf.notEqual(model.decode(test), test.labels), 'int32')).dataSync()[0]!;
  expect(wrong).toBeLessThan(7);
});

describe.each(backendsHere())('TaggingNetwork on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it('is a module, and padding changes nothing', async () => {
    await verifyModule(() => build({ attentive: true }));
    const model = build({ attentive: true });
    const [short, long] = [batch(new Rng(5), [4, 2], 4), batch(new Rng(6), [4, 2], 6)];
    const tokens = tf.concat([short.tokens, tf.slice(long.tokens, [0, 4], [2, 2])], 1);
    const padded = {
      tokens,
      mask: long.mask,
      labels: tf.pad(
        short.labels,
        [
          [0, 0],
          [0, 2],
        ],
        2,
      ),
    };
    await expectClose(model.loss(padded), model.loss(short), 1e-5, 'loss');
    const marginals = model.marginals(padded);
    await expectClose(tf.slice(marginals, [0, 0, 0], [-1, 4, -1]), model.marginals(short), 1e-5, 'marginals');
    await expectClose(tf.sum(marginals, 2), tf.cast(long.mask, 'float32'), 1e-5, 'sum of marginals');
    const { weights } = model.forward(padded);
    expect(weights?.shape).toEqual([2, 6, 6]);
    await expectNoLeak(() => tf.tidy(() => void [model.loss(padded), model.decode(padded)]));
  });

  it('forgets words in training only, and by its own stream', async () => {
    const columns = [
      { vocabularySize: words, size: 2, unknown: 1 },
      { vocabularySize: 4, size: 1 },
    ];
    const embed = new TokenEmbedding({ columns, wordDropout: 0.5, rng: new Rng(1) });
    const tokens = tf.tile(tf.tensor3d([5, 2], [1, 1, 2], 'int32'), [1, 200, 1]);
    const [calm, trained] = [embed.forward(tokens), embed.train().forward(tokens)];
    const [unknown, known] = [embed.columns[0]!.forward(tf.tensor1d([1, 5], 'int32'))].flatMap((x) => tf.unstack(x));
    await expectClose(tf.slice(calm, [0, 0, 0], [1, 1, 2]), tf.reshape(known!, [1, 1, 2]), 0);
    const rows = tf.slice(trained, [0, 0, 0], [1, 200, 2]);
    const forgotten = await tf.sum(tf.cast(tf.equal(rows, unknown!), 'int32')).data();
    expect(forgotten[0]! / 2).toBeGreaterThan(70);
    expect(forgotten[0]! / 2).toBeLessThan(130);
    await expectClose(tf.slice(trained, [0, 0, 2], [1, 200, 1]), tf.slice(calm, [0, 0, 2], [1, 200, 1]), 0);
  });
});

describe('bad input is named', () => {
  beforeAll(async () => void (await useBackend('cpu')));
  const mask = () => tf.ones<tf.Rank.R2>([2, 3], 'bool');
  it.each<[RegExp, typeof ShapeError, () => unknown]>([
    [/`columns` must be a list/, OptionError, () => new TokenEmbedding({ columns: [] })],
    [/unknown option `crf`/, OptionError, () => new TaggingNetwork({ crf: true } as never)],
    [
      /`mask` must have shape \[B=2, T=4\]/,
      ShapeError,
      () => build().forward({ tokens: tf.zeros([2, 4, 2]), mask: mask() }),
    ],
    [
      /`ids` must have shape \[B=2, T=3, 2\], got \[2,3,1\]/,
      ShapeError,
      () => build().forward({ tokens: tf.zeros([2, 3, 1]), mask: mask() }),
    ],
    [
      /`tokens` is an empty batch/,
      ShapeError,
      () => build().forward({ tokens: tf.zeros([0, 3, 2]), mask: tf.zeros([0, 3]) }),
    ],
    [
      /`tokens` has no time steps/,
      ShapeError,
      () => build().forward({ tokens: tf.zeros([2, 0, 2]), mask: tf.zeros([2, 0]) }),
    ],
    [/from 0 to 3/, DataError, () => build().forward({ tokens: tf.fill([2, 3, 2], 8, 'int32'), mask: mask() })],
    [
      /`labels` must have shape/,
      ShapeError,
      () => build().loss({ tokens: tf.zeros([2, 3, 2]), mask: mask(), labels: tf.zeros([2, 4]) }),
    ],
  ])('%s', (message, type, run) => {
    expect(run).toThrow(type);
    expect(run).toThrow(message);
  });
});
