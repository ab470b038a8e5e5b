/** Hidden Markov models, learnt by EM, one iteration at a time. */
import { CheckpointError } from '@seqloom/core';
import { baumWelch, Categorical, Gaussian, HMM, readHMM } from '@seqloom/hmm-crf/hmm';
import { choice, plain } from '../controls/control.js';
import {
  defineExperiment,
  hmmFile,
  type Iteration,
  type IterativeTask,
  type Picture,
  type Prediction,
  type Touch,
} from '../experiment.js';
import { makeWorld, readObservations, readWorld, type World } from '../parts/hidden-worlds.js';
import { programOf, quoted } from '../parts/programs/program.js';
import { settleShares, withSetShares } from '../parts/set-shares.js';
import { taggedWords } from '../parts/tags.js';

/** What an iteration must gain in log p(data) + log p(parameters); with less, EM has converged. */
const tolerance = 0.01;

export default defineExperiment({
  title: 'Hidden Markov model',
  group: 'Chains',
  summary:
    'A hidden state moves and shows only signs: dice, or what a friend did today. EM finds out how it moves, Viterbi where it was.',
  input: { label: 'Type observations, with blanks between', maxLength: 400 },
  examples: [],
  lossLabel: '−log p per observation',
  measure: {
    label: 'log p per observation, unseen',
    scale: 'value',
    every: 1,
    sample: 1000,
    beside: [{ label: 'Hidden states found by Viterbi' }],
  },
  outcome: { steps: 60, atLeast: 0.7, quality: 'Hidden states found by Viterbi' },
  file: {
    label: 'Drop a CSV file, or choose one',
    help: 'Its last column of numbers is observed (Gaussian states), else its last column of words; one observation a line. It stays on this computer.',
    extensions: ['.csv', '.tsv', '.txt'],
  },
  views: [
    {
      name: 'trellis',
      title: 'Trellis',
      help: 'Time runs to the right. The larger a state, the more probable it is there: in the light of everything (posterior) or of what came before (forward). Bold is the best path.',
    },
    {
      name: 'transition',
      title: 'Transitions',
      help: 'How probable it is that a state (row) is followed by another (column).',
      axes: ['state', 'next state'],
      touch: 'Set a transition by hand: its row is made to sum to 1 again, and the trellis answers.',
      lasting: true,
    },
    {
      name: 'emission',
      title: 'Emissions',
      help: 'How probable each sign is in each state; of numbers, where their density lies.',
      axes: ['state', 'sign'],
    },
  ],
  controls: {
    world: choice({
      label: 'World',
      help: 'A casino that sometimes swaps in a loaded die, a friend whose day follows the weather, or temperatures. A file of your own goes before all.',
      affects: 'data',
      options: [
        { value: 'casino', label: 'Casino' },
        { value: 'weather', label: 'Weather' },
        { value: 'climate', label: 'Temperatures' },
      ],
      initial: 'casino',
    }),
    states: choice({
      label: 'States',
      help: 'How many hidden states the model may use; in truth each of these worlds has two.',
      affects: 'model',
      options: plain(2, 3, 4, 5),
      initial: 2,
    }),
    sticky: choice({
      label: 'Stickiness',
      help: 'A prior belief that states like to stay, as so many moves already seen.',
      affects: 'model',
      options: plain(0, 5, 50),
      initial: 0,
    }),
  },

  async data({ world }, rng, file) {
    const data = file ? await readWorld(file) : makeWorld(world, rng);
    const count = data.train.values.length + data.test.values.length;
    const caption = `${file ? file.name : `Drawn from a known ${world}`}: ${count.toLocaleString('en')} observations in ${data.train.lengths.length + data.test.lengths.length} sequences, part of which is kept apart.`;
    const examples = data.samples.map((input, i) => ({ label: `Unseen ${i + 1}`, input }));
    return { data, preview: { caption, counts: countsOf(data), samples: data.samples }, examples };
  },

  build({ states, sticky }, data, rng) {
    const emission = data.symbols
      ? new Categorical({ stateCount: states, size: data.symbols.length })
      : new Gaussian({ stateCount: states, size: 1 });
    const random = new HMM({ emission, sticky });
    random.initialise(data.train, rng);
    let hmm = readHMM(random.toJSON()); // all of it is given now: iterations draw nothing
    /** log p(data) + log p(parameters), before the last iteration. */
    let reached = Number.NEGATIVE_INFINITY;
    const task: IterativeTask = {
      parameters: hmm.parameterCount,
      async iterate() {
        let iteration: Iteration = { loss: Number.NaN };
        for await (const event of baumWelch(hmm, data.train, { iterations: 1 })) {
          if (event.type !== 'iteration') continue;
          const { logLikelihood, logPosterior } = event;
          const converged = logPosterior - reached < tolerance;
          reached = logPosterior;
          iteration = {
            loss: -logLikelihood / data.train.values.length,
            ...(converged && { end: 'Converged' }),
          };
        }
        return iteration;
      },
      evaluate: async (limit) => quality(hmm, data, limit),
      predict: async (input, touches = []) =>
        predict(touched(hmm, touches), data, { input, states: stateNames(hmm, data) }),
      file: hmmFile,
      save: (made) => new TextEncoder().encode(JSON.stringify({ ...hmm.toJSON(), ...(made && { made }) })),
      load(bytes) {
        const loaded = readHMM(new TextDecoder().decode(bytes));
        if (loaded.stateCount !== states || loaded.emission.family !== emission.family)
          throw new CheckpointError(
            'hmm',
            `the file holds ${loaded.stateCount} states of ${loaded.emission.family} emissions`,
            {
              hint: `this model has ${states} states of ${emission.family} emissions`,
            },
          );
        hmm = loaded;
        reached = Number.NEGATIVE_INFINITY;
      },
      dispose() {},
    };
    return task;
  },

  program: (_, { symbols, samples }) =>
    programOf(
      'Reads the trained hidden Markov model and finds the states behind observations.',
      `
const symbols: readonly string[] | undefined = ${JSON.stringify(symbols)};
const hmm = readHMM(await readFile(new URL('${hmmFile}', import.meta.url), 'utf8'));
const seen = (process.argv[2] ?? ${quoted(samples[0]!)}).split(' ');
const data = observations([seen.map((word) => (symbols ? symbols.indexOf(word) : Number(word)))]);
const { path, scores } = hmm.viterbi(data);
console.log(seen.map((word, t) => word + '/' + path[t]).join(' '));
console.log('log p of observations and path:', scores[0], 'of the observations:', hmm.score(data));
`,
      { tensors: false },
    ),
});

/** log p per unseen observation, and the share of states that Viterbi finds, under the best naming of states. */
function quality(hmm: HMM, { test, truth }: World, limit: number): number[] {
  const logLikelihood = hmm.score(test) / test.values.length;
  if (!truth) return [logLikelihood, Number.NaN];
  const { path } = hmm.viterbi(test);
  const count = Math.min(limit, path.length);
  const right = naming(path.subarray(0, count), truth.states, hmm.stateCount);
  return [logLikelihood, right.shared / count];
}

/** Each learnt state gets the true one that it most often stands for, each true one once. */
function naming(path: Int32Array, truth: readonly number[], K: number): { names: number[]; shared: number } {
  const together = Array.from({ length: K }, () => new Array<number>(Math.max(K, ...truth) + 1).fill(0));
  for (const [i, state] of path.entries()) together[state]![truth[i]!]!++;
  const pairs = together.flatMap((row, state) => row.map((count, real) => ({ state, real, count })));
  const names = new Array<number>(K).fill(-1);
  let shared = 0;
  for (const { state, real, count } of pairs.sort((a, b) => b.count - a.count)) {
    if (names[state] !== -1 || names.includes(real) || count === 0) continue;
    names[state] = real;
    shared += count;
  }
  return { names, shared };
}

/** The model with transitions as the person set them, each row summing to 1. */
function touched(hmm: HMM, touches: readonly Touch[]): HMM {
  const set = touches.filter(({ view }) => view === 'transition');
  if (set.length === 0) return hmm;
  const K = hmm.stateCount;
  const transMat = Array.from({ length: K }, (_, from) => {
    const row = [...hmm.transMat.subarray(from * K, (from + 1) * K)];
    const own = set.filter((touch) => touch.row === from);
    return own.length > 0 ? withSetShares(row, settleShares(own, K)) : row;
  });
  return readHMM({ ...hmm.toJSON(), transMat: transMat.flat() });
}

function predict(hmm: HMM, world: World, { input, states }: { input: string; states: readonly string[] }): Prediction {
  const { columns, data } = readObservations(world, input);
  const posterior = Float32Array.from(hmm.posteriors(data));
  const filter = hmm.filter();
  const forward = Float32Array.from([...data.values].flatMap((value) => [...filter.step(value).states]));
  const path = [...hmm.viterbi(data).path];
  const transition = Float32Array.from(hmm.transMat);
  return {
    result: taggedWords({ words: columns, tags: states, path, marginals: posterior }),
    pictures: {
      trellis: {
        kind: 'trellis',
        states,
        columns,
        layers: [
          { label: 'Posterior', values: posterior },
          { label: 'Forward', values: forward },
        ],
        path,
        transition,
      },
      transition: {
        kind: 'matrix',
        rows: states,
        columns: states,
        layers: [{ label: 'all', values: transition }],
        scale: 'share',
      },
      emission: emissionPicture(hmm, world, states),
    },
  };
}

/** The names of the true states where it is clear which is which, else numbers. */
function stateNames(hmm: HMM, { test, truth }: World): string[] {
  const numbered = Array.from({ length: hmm.stateCount }, (_, k) => `state ${k + 1}`);
  if (!truth) return numbered;
  const { names } = naming(hmm.viterbi(test).path, truth.states, hmm.stateCount);
  return numbered.map((number, k) => truth.names[names[k]!] ?? number);
}

function emissionPicture({ emission, stateCount }: HMM, { symbols, train }: World, states: readonly string[]): Picture {
  if (emission instanceof Categorical) {
    const values = Float32Array.from(emission.emissionProb);
    return { kind: 'matrix', rows: states, columns: symbols!, layers: [{ label: 'all', values }], scale: 'share' };
  }
  const low = train.values.reduce((least, value) => Math.min(least, value));
  const high = train.values.reduce((most, value) => Math.max(most, value));
  const x = Array.from({ length: 80 }, (_, i) => low + ((high - low) * i) / 79);
  const logs = x.map((value) => {
    const out = new Float64Array(stateCount);
    emission.logProbability(Float64Array.of(value), out);
    return out;
  });
  const lines = states.map((label, k) => ({ label, values: logs.map((out) => Math.exp(out[k]!)) }));
  return { kind: 'plot', axes: ['observation', 'density'], x, lines };
}

function countsOf({ symbols, train }: World): (readonly [string, number])[] {
  if (!symbols) return [];
  return symbols.map((symbol, value) => [symbol, train.values.filter((seen) => seen === value).length] as const);
}
