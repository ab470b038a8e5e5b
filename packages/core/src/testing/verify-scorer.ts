/** Laws of attention's scorers. */
import * as tf from '@tensorflow/tfjs-core';
import { detach } from '../math/detach.js';
import { isModule, type Module } from '../module.js';
import { Rng } from '../rng.js';
import type { Alignment, Scorer } from '../scorer.js';
import { checkGradients } from './check-gradients.js';
import { expectNoLeak } from './expect-no-leak.js';
import { demand, law } from './law.js';
import { compare, compute, indices } from './numbers.js';
import { normals, weightedSum } from './samples.js';
import { verifyModule } from './verify-module.js';

const [batch, queries, keyCount] = [2, 3, 5];

/** The same arithmetic in another order. */
const tolerance = 1e-5;

interface ScorerTrial<Keys> {
  readonly scorer: Scorer<Keys>;
  readonly query: tf.Tensor3D;
  readonly keys: tf.Tensor3D;
  /** Where the step before looked, for scorers that read it. */
  readonly previous: Alignment;
  readonly variables: Record<string, tf.Variable>;
}

/**
 * Throws unless the scorers that `make` builds keep the contract: energies [B,Q,K]; each energy depends on its own query and its own key
 * alone (so nothing leaks between keys, padding included); prepared keys serve many queries; gradients are right; nothing leaks;
 * with parameters, also the laws of modules. To what is `ordered`, keys and queries may have places, and neighbours: there only rows of the
 * batch must not meet.
 */
export async function verifyScorer<Keys>(
  make: () => Scorer<Keys>,
  { querySize, keySize, ordered = false }: { querySize: number; keySize: number; ordered?: boolean },
): Promise<void> {
  const rng = new Rng(5);
  const scorer = make();
  const variables = isModule(scorer) ? Object.fromEntries(scorer.namedVariables()) : {};
  const query = tf.tidy(() => normals<tf.Rank.R3>(rng, [batch, queries, querySize]));
  const keys = tf.tidy(() => normals<tf.Rank.R3>(rng, [batch, keyCount, keySize]));
  const previous = tf.tidy(() => alignment(scorer, query, keys, rng));
  const trial = { scorer, query, keys, previous, variables };
  try {
    await law('energies have shape [B,Q,K], with and without previous weights', () => shape(trial));
    await law('rows of the batch do not meet', () => rowsDoNotMeet(trial));
    if (!ordered) {
      await law('an energy depends on its own key alone', () => keysDoNotMeet(trial));
      await law('an energy depends on its own query alone, and prepared keys serve many queries', () =>
        queriesDoNotMeet(trial),
      );
    }
    await gradients(trial);
    await expectNoLeak(() => tf.tidy(() => void scorer.score(query, scorer.prepare(keys))));
  } finally {
    tf.dispose([query, keys, ...tensorsOf(previous)]);
    if (isModule(scorer)) scorer.dispose();
  }
  if (isModule(scorer)) await verifyModule(make as () => Scorer<Keys> & Module);
}

/** Some weights, and what the scorer makes of them. */
function alignment<Keys>(scorer: Scorer<Keys>, query: tf.Tensor3D, keys: tf.Tensor3D, rng: Rng): AlignmentTensors {
  const weights = tf.softmax(normals<tf.Rank.R3>(rng, [batch, queries, keyCount]));
  const state = scorer.remember?.(weights, query, scorer.prepare(keys));
  return state ? { weights, state } : { weights };
}

type AlignmentTensors = { weights: tf.Tensor3D; state?: tf.Tensor3D };

function tensorsOf({ weights, state }: Alignment): tf.Tensor3D[] {
  return state ? [weights, state] : [weights];
}

function energies<Keys>({ scorer, query, keys, previous }: ScorerTrial<Keys>): tf.Tensor3D {
  return scorer.score(query, scorer.prepare(keys), previous);
}

async function shape<Keys>(trial: ScorerTrial<Keys>): Promise<void> {
  const { scorer, query, keys } = trial;
  const read = await compute(() => ({ first: scorer.score(query, scorer.prepare(keys)), later: energies(trial) }));
  const expected = [batch, queries, keyCount];
  for (const { shape } of Object.values(read)) {
    demand(String(shape) === String(expected), `energies have shape [${shape}], expected [${expected}]`);
  }
}

/** Changes the keys of row 0, and looks at the other. */
async function rowsDoNotMeet<Keys>(trial: ScorerTrial<Keys>): Promise<void> {
  const { before, after } = await compute(() => {
    const bump = tf.reshape(tf.tensor1d([3, ...Array<number>(batch - 1).fill(0)]), [batch, 1, 1]);
    return { before: energies(trial), after: energies({ ...trial, keys: tf.add(trial.keys, bump) }) };
  });
  compare('energies', after, before, tolerance, (i) => indices(i, before.shape)[0] !== 0);
}

/** Changes key 1 of row 0, and looks at all others. */
async function keysDoNotMeet<Keys>(trial: ScorerTrial<Keys>): Promise<void> {
  const { before, after } = await compute(() => {
    const place = tf.oneHot(tf.tensor1d([1], 'int32'), batch * keyCount);
    const bump = tf.mul(tf.reshape(tf.cast(place, 'float32'), [batch, keyCount, 1]), 3);
    return { before: energies(trial), after: energies({ ...trial, keys: tf.add(trial.keys, bump) }) };
  });
  const others = (i: number) => {
    const [b, , k] = indices(i, before.shape);
    return b !== 0 || k !== 1;
  };
  compare('energies', after, before, tolerance, others);
}

async function queriesDoNotMeet<Keys>(trial: ScorerTrial<Keys>): Promise<void> {
  const { together, single } = await compute(() => {
    const prepared = trial.scorer.prepare(trial.keys);
    const [weights, states] = tensorsOf(trial.previous).map((tensor) => tf.split<tf.Tensor3D>(tensor, queries, 1));
    const rows = tf
      .split<tf.Tensor3D>(trial.query, queries, 1)
      .map((query, q) => trial.scorer.score(query, prepared, { weights: weights![q]!, state: states?.[q] }));
    return { together: energies(trial), single: tf.concat(rows, 1) };
  });
  compare('energies', single, together, tolerance);
}

async function gradients<Keys>(trial: ScorerTrial<Keys>): Promise<void> {
  const f = (query: tf.Tensor, keys: tf.Tensor) => {
    const all = energies({ ...trial, query: query as tf.Tensor3D, keys: keys as tf.Tensor3D });
    const looked = detach(all, (x) => tf.greater(x, -1e29)); // what counts as −∞ has no slope
    return weightedSum([tf.where(looked, all as tf.Tensor, 0)], new Rng(11));
  };
  const xs = [trial.query, trial.keys, ...Object.values(trial.variables)];
  const names = ['query', 'keys', ...Object.keys(trial.variables)];
  await checkGradients((query, keys) => f(query!, keys!), xs, { names });
}
