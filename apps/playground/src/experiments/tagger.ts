/** Words → parts of speech: a recurrent network, with or without self-attention, under a CRF or a softmax. */
import type { Attends, Rng } from '@seqloom/core';
import { splitWords, tokenAccuracy, type Vocabulary } from '@seqloom/data';
import { padFeatures } from '@seqloom/data/to-tensors';
import { CRF } from '@seqloom/hmm-crf';
import { SoftmaxHead, type TaggedBatch, TaggingNetwork, TokenEmbedding } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { choice } from '../controls/control.js';
import { defineExperiment, type MatrixPicture, type Picture, type Prediction, type Task } from '../experiment.js';
import { headsControl, makeAttention, type ScorerName, scorerOptions } from '../parts/attention.js';
import { makeOptimizer, optimizerControls } from '../parts/optimizer.js';
import { taggerProgram } from '../parts/programs/tagging.js';
import { bothWays, type CellName, cellControl, sizeControl } from '../parts/recurrent.js';
import { featureTagger, hmmTagger } from '../parts/tagging-rivals.js';
import { marginalsPicture, taggedWords } from '../parts/tags.js';
import { type Example, readTreebank, type Treebank, toBatch, vectorSizes } from '../parts/treebank.js';

export default defineExperiment({
  title: 'Tagger',
  group: 'Tagging',
  summary:
    'Reads a sentence and gives every word its part of speech, with probabilities. Learn from the embedded sentences or drop a treebank of your own.',
  input: { label: 'Type a sentence', maxLength: 200 },
  examples: [
    'The old man reads a book.',
    'Anna quickly closed the window!',
    'Can you play the violin?',
    'She bought three red apples in Paris.',
  ],
  measure: { label: 'Accuracy, unseen text', every: 10, sample: 50 },
  outcome: { steps: 100, atLeast: 0.98 },
  file: {
    label: 'Drop a CoNLL-U file, or choose one',
    help: 'A treebank of Universal Dependencies, .conllu or .conllu.gz: its forms and UPOS tags are read. It stays on this computer.',
    extensions: ['.conllu', '.gz', '.txt'],
  },
  views: [
    {
      name: 'marginals',
      title: 'Probabilities',
      help: 'Each column is a word: the stronger the colour of a tag, the more probable; the line is the best path.',
      axes: ['tag', 'word'],
      tokens: 'column',
    },
    {
      name: 'attention',
      title: 'Attention',
      help: 'Each row is a word, the stronger the colour, the more it looked at that other word.',
      axes: ['word', 'looks at'],
      tokens: 'row',
    },
    {
      name: 'transition',
      title: 'Transitions',
      help: 'What the CRF has learnt of neighbours: blue, this tag likes to be followed by that; orange, it does not.',
      axes: ['tag', 'next tag'],
    },
  ],
  controls: {
    model: choice({
      label: 'Model',
      help: 'A network (BiLSTM and its like) under a CRF or softmax; a CRF over sparse features, by L-BFGS; or a hidden Markov model that counts. The last two have no use for the choices below.',
      affects: 'model',
      options: [
        { value: 'network', label: 'Network' },
        { value: 'features', label: 'Feature CRF' },
        { value: 'hmm', label: 'HMM' },
      ],
      initial: 'network',
    }),
    cell: cellControl,
    size: sizeControl,
    scorer: choice({
      label: 'Self-attention',
      help: 'Lets every word look at every other, beside what the recurrence remembers.',
      affects: 'model',
      options: [{ value: 'none', label: 'None' }, ...scorerOptions],
      initial: 'scaled-dot',
    }),
    heads: headsControl,
    head: choice({
      label: 'Head',
      help: 'A CRF weighs whole paths of tags; softmax decides each word by itself.',
      affects: 'model',
      options: [
        { value: 'crf', label: 'CRF' },
        { value: 'softmax', label: 'Softmax' },
      ],
      initial: 'crf',
    }),
    batchSize: choice({
      label: 'Batch size',
      help: 'Sentences per step, of similar length.',
      affects: 'training',
      options: [8, 16, 32, 64].map((value) => ({ value, label: String(value) })),
      initial: 32,
    }),
    ...optimizerControls,
  },

  objections({ model, scorer, heads }) {
    return model === 'network' && scorer === 'none' && heads > 1
      ? { heads: 'Without self-attention there is nothing to divide into heads: choose 1.' }
      : {};
  },

  data: (_, rng, file) => readTreebank(rng, file),

  build(setup, data, rng) {
    if (setup.model === 'features') return featureTagger(data);
    if (setup.model === 'hmm') return hmmTagger(data);
    const model = makeModel(setup, data, rng);
    const task: Task<TaggedBatch> = {
      model,
      optimizer: makeOptimizer(setup),
      draw: (random) => {
        const size = Math.min(setup.batchSize, data.train.length);
        const start = random.below(data.train.length - size + 1);
        return toBatch(data.train.slice(start, start + size));
      },
      loss: (batch) => model.loss(batch),
      evaluate: (limit) => evaluate(model, data.test.slice(0, limit)),
      predict: (input) => predict(model, data, input),
    };
    return task;
  },

  program: taggerProgram,
});

interface Parts {
  readonly cell: CellName;
  readonly size: number;
  readonly scorer: ScorerName | 'none';
  readonly heads: number;
  readonly head: 'crf' | 'softmax';
}

function makeModel({ cell, size, scorer, heads, head }: Parts, { encoder, tags }: Treebank, rng: Rng): TaggingNetwork {
  const embeddings = new TokenEmbedding({
    columns: encoder.columns.map(({ vocabulary }, i) => ({
      vocabularySize: vocabulary.size,
      size: vectorSizes[i]!,
      unknown: vocabulary.unknown,
    })),
    wordDropout: 0.05,
    rng,
  });
  const attention: Attends | undefined =
    scorer === 'none' ? undefined : makeAttention(scorer, heads, { querySize: size, keySize: size, rng });
  return new TaggingNetwork({
    embeddings,
    encoder: bothWays(cell, { inputSize: embeddings.outputSize, hiddenSize: size, rng }),
    attention,
    contextSize: size,
    tags: tags.size,
    head: head === 'crf' ? new CRF({ labelCount: tags.size, rng }) : new SoftmaxHead(),
    rng,
  });
}

async function evaluate(model: TaggingNetwork, examples: readonly Example[]): Promise<number> {
  const batch = toBatch(examples);
  const path = tf.tidy(() => model.decode(batch));
  const [ids, width] = [await path.data(), path.shape[1]];
  tf.dispose([path, ...Object.values(batch)]);
  const predicted = examples.map(({ labels }, row) => [...ids.subarray(row * width, row * width + labels.length)]);
  return tokenAccuracy(
    predicted,
    examples.map(({ labels }) => labels),
  );
}

async function predict(model: TaggingNetwork, { encoder, tags }: Treebank, input: string): Promise<Prediction> {
  const words = splitWords(input);
  const { ids: tokens, mask } = padFeatures([encoder.encodeAll(words)]);
  const answer = tf.tidy(() => {
    const { emissions, weights } = model.forward({ tokens, mask });
    return { path: model.head.decode(emissions), marginals: model.head.marginals(emissions), weights };
  });
  const [path, marginals, weights] = await Promise.all([
    answer.path.data(),
    answer.marginals.data(),
    answer.weights?.data(),
  ]);
  tf.dispose([tokens, mask, Object.values(answer).filter((tensor) => tensor !== undefined)]);
  const shown = { words, tags: tags.tokens, path, marginals };
  const pictures: Record<string, Picture> = { marginals: marginalsPicture(shown) };
  if (weights)
    pictures.attention = {
      kind: 'matrix',
      rows: words,
      columns: words,
      layers: headsOf(weights as Float32Array, words.length),
      scale: 'share',
    };
  if (model.head instanceof CRF) pictures.transition = await transitionsOf(model.head, tags);
  return { result: taggedWords(shown), pictures };
}

function headsOf(weights: Float32Array, T: number): MatrixPicture['layers'] {
  const size = T * T;
  return Array.from({ length: weights.length / size }, (_, head) => ({
    label: `Head ${head + 1}`,
    values: weights.slice(head * size, (head + 1) * size),
  }));
}

async function transitionsOf({ transition }: CRF, { tokens }: Vocabulary): Promise<Picture> {
  const values = (await transition.data()) as Float32Array;
  return {
    kind: 'matrix',
    rows: tokens,
    columns: tokens,
    layers: [{ label: 'all', values: values.slice() }],
    scale: 'signed',
  };
}
