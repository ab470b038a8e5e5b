/** Taggers without a network: a CRF over sparse features, and a hidden Markov model that counts. */
import { CheckpointError, type JsonValue } from '@seqloom/core';
import { splitWords, tokenAccuracy, tokenFeatures } from '@seqloom/data';
import { type Item, lbfgs } from '@seqloom/hmm-crf/feature-crf';
import { Categorical, HMM, type Observations, Product, readHMM } from '@seqloom/hmm-crf/hmm';
import { hmmFile, type IterativeTask, type MatrixPicture, type Prediction } from '../experiment.js';
import { FeatureTraining } from './feature-training.js';
import { trainingFile } from './kept-training.js';
import { marginalsPicture, type TagAnswer, taggedWords } from './tags.js';
import type { Example, Treebank } from './treebank.js';

/** Learns all weights together, by L-BFGS; evaluates with Viterbi. */
export function featureTagger({ train, test, tags }: Treebank): IterativeTask {
  const examples = train.map(({ words, labels }) => ({
    items: items(words),
    labels: labels.map((id) => tags.token(id)),
  }));
  const training = new FeatureTraining(examples, () => lbfgs({ c2: 0.1 }));
  return {
    parameters: training.parameters,
    iterate: (rng) => training.iterate(rng),
    async evaluate(limit) {
      const crf = await training.crf();
      const some = test.slice(0, limit);
      return tokenAccuracy(
        some.map(({ words }) => crf.tag(items(words))),
        some.map(({ labels }) => labels.map((id) => tags.token(id))),
      );
    },
    async predict(input) {
      const words = splitWords(input);
      const crf = await training.crf();
      const chain = crf.chain(items(words));
      const between = crf.chain([[], []]);
      const transition = crf.labels.flatMap((_, from) => crf.labels.map((_, to) => between.score([from, to])[0]!));
      const answer = { words, tags: crf.labels, path: chain.viterbi().path, marginals: chain.marginals() };
      return shown(answer, { values: Float32Array.from(transition), scale: 'signed' });
    },
    file: trainingFile,
    save: (made) => training.save(made),
    load: (bytes) => training.load(bytes),
    dispose: () => training.dispose(),
  };
}

/** A word by itself and its neighbours. */
function items(words: readonly string[]): Item[] {
  const { word } = tokenFeatures;
  return words.map((form, t) => [
    ...(['word', 'suffix2', 'suffix3', 'prefix2', 'shape'] as const).map(
      (name) => `${name}=${tokenFeatures[name](form).replaceAll('\0', '·')}`,
    ),
    `before=${t > 0 ? word(words[t - 1]!) : '<s>'}`,
    `after=${t < words.length - 1 ? word(words[t + 1]!) : '</s>'}`,
  ]);
}

/** Sentences counted in an iteration. */
const portion = 100;
const smoothing = 0.01;

interface Kept {
  readonly format: 'seqloom.counted-hmm';
  readonly made?: JsonValue;
  readonly seen: number;
  readonly hmm: ReturnType<HMM['toJSON']>;
}

/** Counts a hundred sentences more in each iteration, of all lengths; an unknown word is known by its ending. */
export function hmmTagger({ train, test, tags, encoder }: Treebank): IterativeTask {
  const K = tags.size;
  const [word, suffix] = ['word', 'suffix3'].map((name) =>
    encoder.columns.findIndex(({ feature }) => feature === name),
  ) as [number, number];
  const part = (column: number) =>
    new Categorical({ stateCount: K, size: encoder.columns[column]!.vocabulary.size, prior: 1 + smoothing });
  const stride = Math.ceil(train.length / portion);
  const mixed = Array.from({ length: stride }, (_, i) => train.filter((_, at) => at % stride === i)).flat();
  const unknown = encoder.columns[word]!.vocabulary.unknown;
  const read = (sentences: readonly Pick<Example, 'features'>[], learning: boolean): Observations => ({
    values: Float64Array.from(
      sentences.flatMap(({ features }) =>
        features.flatMap((ids) => {
          const known = ids[word] !== unknown;
          return [learning || known ? ids[word]! : Number.NaN, learning || !known ? ids[suffix]! : Number.NaN];
        }),
      ),
    ),
    width: 2,
    lengths: sentences.map(({ features }) => features.length),
  });
  let seen = 0;
  let hmm = new HMM({ emission: new Product({ parts: [part(word), part(suffix)] }) });
  return {
    parameters: hmm.parameterCount,
    iterate() {
      seen = Math.min(seen + portion, mixed.length);
      const counted = mixed.slice(0, seen);
      const data = read(counted, true);
      const fresh = new HMM({ emission: new Product({ parts: [part(word), part(suffix)] }) });
      fresh.fitSupervised(
        data,
        counted.flatMap(({ labels }) => [...labels]),
        { smoothing },
      );
      hmm = fresh;
      return {
        loss: -hmm.score(data) / (data.values.length / 2),
        ...(seen === mixed.length && { end: 'Every sentence was counted' }),
      };
    },
    async evaluate(limit) {
      const some = test.slice(0, limit);
      const { path } = hmm.viterbi(read(some, false));
      let at = 0;
      const found = some.map(({ labels }) => {
        at += labels.length;
        return [...path.subarray(at - labels.length, at)];
      });
      return tokenAccuracy(
        found,
        some.map(({ labels }) => labels),
      );
    },
    async predict(input) {
      const words = splitWords(input);
      const data = read([{ features: encoder.encodeAll(words) }], false);
      const answer = { words, tags: tags.tokens, path: hmm.viterbi(data).path, marginals: hmm.posteriors(data) };
      return shown(answer, { values: Float32Array.from(hmm.transMat), scale: 'share' });
    },
    file: hmmFile,
    save: (made) => {
      const kept: Kept = { format: 'seqloom.counted-hmm', ...(made && { made }), seen, hmm: hmm.toJSON() };
      return new TextEncoder().encode(JSON.stringify(kept));
    },
    load(bytes) {
      const kept = parsed(bytes);
      const loaded = readHMM(kept.hmm);
      if (loaded.stateCount !== K || loaded.parameterCount !== hmm.parameterCount)
        throw new CheckpointError('tagger', 'the file holds an HMM of other tags or words');
      [hmm, seen] = [loaded as typeof hmm, kept.seen];
    },
    dispose() {},
  };
}

function parsed(bytes: Uint8Array): Kept {
  try {
    const kept = JSON.parse(new TextDecoder().decode(bytes)) as Kept;
    if (kept.format === 'seqloom.counted-hmm') return kept;
  } catch {}
  throw new CheckpointError('tagger', 'the file is no HMM of the tagger');
}

function shown(
  answer: TagAnswer,
  { values, scale }: { values: Float32Array; scale: MatrixPicture['scale'] },
): Prediction {
  const { tags } = answer;
  return {
    result: taggedWords(answer),
    pictures: {
      marginals: marginalsPicture(answer),
      transition: { kind: 'matrix', rows: tags, columns: tags, layers: [{ label: 'all', values }], scale },
    },
  };
}
