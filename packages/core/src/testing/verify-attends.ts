/** Laws of everything that can be attended to. */
import * as tf from '@tensorflow/tfjs-core';
import { isModule, type Module } from '../module.js';
import { Rng } from '../rng.js';
import type { AttendOptions, Attends } from '../scorer.js';
import { checkGradients } from './check-gradients.js';
import { expectNoLeak } from './expect-no-leak.js';
import { demand, law } from './law.js';
import { compare, compute, indices } from './numbers.js';
import { type Observation, observe, sameObservation } from './observe.js';
import { fillPadding, maskOf, normals, raggedRows, weightedSum } from './samples.js';
import { verifyModule } from './verify-module.js';

export interface AttendsSizes {
  querySize: number;
  keySize: number;
  valueSize: number;
}

const batch = raggedRows.length;
const [queries, keyCount] = [3, 5];

/** Query 1 sees nothing, query 2 sees the last two keys. */
const extraRows = [
  [1, 1, 1, 1, 1],
  [0, 0, 0, 0, 0],
  [0, 0, 0, 1, 1],
];

/** The same arithmetic in another order. */
const tolerance = 1e-5;

interface AttendsTrial<Keys> {
  readonly attends: Attends<Keys>;
  readonly query: tf.Tensor3D;
  readonly keys: tf.Tensor3D;
  readonly values: tf.Tensor3D;
  /** [B,K]: the rows of `raggedRows`. */
  readonly mask: tf.Tensor2D;
  /** [Q,K]: `extraRows`. */
  readonly extra: tf.Tensor2D;
  readonly variables: Record<string, tf.Variable>;
}

/**
 * Throws unless what `make` builds keeps the contract of Attends: shapes; masked keys weigh 0; a query without an allowed key gets zeros and
 * zero gradients; NaN in padded keys and values changes nothing; permuted keys permute the weights and leave the context;
 * queries and rows of the batch do not meet, so that one memory serves many steps; gradients are right; nothing leaks;
 * for modules also their laws. The order of keys and of queries may matter to what is `ordered`, such as attention with positions or with a step
 * before: there the laws of permuted keys and of queries one by one are left out.
 */
export async function verifyAttends<Keys>(
  make: () => Attends<Keys>,
  sizes: AttendsSizes,
  { ordered = false }: { ordered?: boolean } = {},
): Promise<void> {
  const trial = newTrial(make(), sizes);
  try {
    await law('context is [B,Q,V], weights are [B,Q,K] or [B·H,Q,K]', () => shapes(trial));
    await law('masked keys weigh 0', () => masked(trial));
    await law('a query without an allowed key gets zeros and zero gradients', () => emptyQueries(trial));
    await law('NaN in padding changes nothing, in values and gradients', () => paddingIsInvisible(trial));
    if (!ordered) {
      await law('permuted keys permute the weights and leave the context', () => permuted(trial));
      await law('a memory serves many queries, one by one or together', () => oneByOne(trial));
    }
    await law('each row of the batch depends on itself alone', () => rowsAreIndependent(trial));
    await law('a mask [Q,K] means the same as [B,Q,K]', () => maskRanks(trial));
    await law('the step before is accepted', () => previous(trial));
    await gradients(trial);
    await expectNoLeak(() => tf.tidy(() => void run(trial)));
  } finally {
    const { query, keys, values, mask, extra, attends } = trial;
    tf.dispose([query, keys, values, mask, extra]);
    if (isModule(attends)) attends.dispose();
  }
  if (isModule(trial.attends)) await verifyModule(make as () => Attends<Keys> & Module);
}

function newTrial<Keys>(attends: Attends<Keys>, { querySize, keySize, valueSize }: AttendsSizes): AttendsTrial<Keys> {
  const rng = new Rng(5);
  const variables = isModule(attends) ? Object.fromEntries(attends.namedVariables()) : {};
  const tensors = tf.tidy(() => ({
    query: normals<tf.Rank.R3>(rng, [batch, queries, querySize]),
    keys: normals<tf.Rank.R3>(rng, [batch, keyCount, keySize]),
    values: normals<tf.Rank.R3>(rng, [batch, keyCount, valueSize]),
    mask: maskOf(raggedRows),
    extra: maskOf(extraRows),
  }));
  return { attends, variables, ...tensors };
}

function run<Keys>(
  { attends, query, keys, values, mask, extra }: AttendsTrial<Keys>,
  options: AttendOptions = { mask: extra },
) {
  const memory = attends.remember({ values: keys, mask }, { values, mask });
  const { context, weights } = attends.attend(query, memory, options);
  return { context, weights };
}

function seen<Keys>(trial: AttendsTrial<Keys>): Promise<Observation> {
  const { query, keys, values, variables } = trial;
  return observe(() => ({ ...run(trial) }), { query, keys, values, ...variables });
}

async function shapes<Keys>(trial: AttendsTrial<Keys>): Promise<void> {
  const { context, weights } = await compute(() => ({ ...run(trial) }));
  demand(
    context.shape.length === 3 && context.shape[0] === batch && context.shape[1] === queries,
    `context has shape [${context.shape}] for ${batch} rows of ${queries} queries`,
  );
  const [rows, ...rest] = weights.shape;
  demand(
    (rows as number) % batch === 0 && String(rest) === String([queries, keyCount]),
    `weights have shape [${weights.shape}] for ${batch} rows of ${queries} queries and ${keyCount} keys`,
  );
}

/** Whether query q of row b may see key k. */
const allowed = (b: number, q: number, k: number) => raggedRows[b]![k] === 1 && extraRows[q]![k] === 1;
const seesNothing = (b: number, q: number) => !raggedRows[b]!.some((_, k) => allowed(b, q, k));

async function masked<Keys>(trial: AttendsTrial<Keys>): Promise<void> {
  const { weights } = await compute(() => ({ weights: run(trial).weights }));
  const heads = (weights.shape[0] as number) / batch;
  compare('weights', weights, { data: new Float32Array(weights.data.length) }, 0, (i) => {
    const [row, q, k] = indices(i, weights.shape) as [number, number, number];
    return !allowed(Math.floor(row / heads), q, k);
  });
}

/** Looks at the context of those queries alone: it is 0, and so is what it asks of query, keys, values and parameters. */
async function emptyQueries<Keys>(trial: AttendsTrial<Keys>): Promise<void> {
  const { query, keys, values, variables } = trial;
  const rows = raggedRows.map((_, b) => extraRows.map((_, q) => [Number(seesNothing(b, q))]));
  const theirs = () => tf.mul(run(trial).context, tf.tensor3d(rows));
  const seen = await observe(() => ({ context: theirs() }), { query, keys, values, ...variables });
  for (const [name, numbers] of Object.entries(seen)) {
    compare(name, numbers, { data: new Float32Array(numbers.data.length) }, 0);
  }
}

async function paddingIsInvisible<Keys>(trial: AttendsTrial<Keys>): Promise<void> {
  const filled = async (filler: number) => {
    const [keys, values] = tf.tidy(() => [
      fillPadding(trial.keys, trial.mask, filler),
      fillPadding(trial.values, trial.mask, filler),
    ]) as [tf.Tensor3D, tf.Tensor3D];
    return seen({ ...trial, keys, values }).finally(() => tf.dispose([keys, values]));
  };
  const clean = await filled(0);
  sameObservation(await filled(Number.NaN), clean, 0);
  sameObservation(await filled(1e30), clean, 0);
}

async function permuted<Keys>(trial: AttendsTrial<Keys>): Promise<void> {
  const straight = await compute(() => {
    const { context, weights } = run(trial);
    return { context, weights: tf.reverse(weights, 2) };
  });
  const reversed = await compute(() => {
    const { keys, values, mask, extra } = trial;
    return {
      ...run({
        ...trial,
        keys: tf.reverse(keys, 1),
        values: tf.reverse(values, 1),
        mask: tf.reverse(mask, 1),
        extra: tf.reverse(extra, 1),
      }),
    };
  });
  sameObservation(reversed, straight, tolerance);
}

async function oneByOne<Keys>(trial: AttendsTrial<Keys>): Promise<void> {
  const { attends, query, keys, values, mask } = trial;
  const together = await compute(() => ({ ...run(trial, {}) }));
  const single = await compute(() => {
    const memory = attends.remember({ values: keys, mask }, { values, mask });
    const parts = tf.split<tf.Tensor3D>(query, queries, 1).map((each) => attends.attend(each, memory));
    return {
      context: tf.concat(
        parts.map(({ context }) => context),
        1,
      ),
      weights: tf.concat(
        parts.map(({ weights }) => weights),
        1,
      ),
    };
  });
  sameObservation(single, together, tolerance);
}

async function rowsAreIndependent<Keys>(trial: AttendsTrial<Keys>): Promise<void> {
  const whole = await compute(() => ({ ...run(trial) }));
  for (const [b] of raggedRows.entries()) {
    const alone = await compute(() => {
      const [query, keys, values] = [trial.query, trial.keys, trial.values].map((x) => tf.slice(x, b, 1));
      return { ...run({ ...trial, query: query!, keys: keys!, values: values!, mask: tf.slice(trial.mask, b, 1) }) };
    });
    for (const [name, numbers] of Object.entries(alone)) {
      const size = numbers.data.length;
      const row = Array.prototype.slice.call(whole[name as 'context']!.data, b * size, (b + 1) * size);
      compare(`row ${b} of ${name}`, numbers, { data: row }, tolerance);
    }
  }
}

async function maskRanks<Keys>(trial: AttendsTrial<Keys>): Promise<void> {
  const flat = await compute(() => ({ ...run(trial) }));
  const full = await compute(() => {
    const mask = tf.tile(tf.expandDims(trial.extra, 0), [batch, 1, 1]);
    return { ...run(trial, { mask }) };
  });
  sameObservation(full, flat, 0);
}

async function previous<Keys>(trial: AttendsTrial<Keys>): Promise<void> {
  const { attends, query, keys, values, mask } = trial;
  const { first, second } = await compute(() => {
    const memory = attends.remember({ values: keys, mask }, { values, mask });
    const first = attends.attend(query, memory);
    return { first: first.weights, second: attends.attend(query, memory, { previous: first }).weights };
  });
  demand(String(first.shape) === String(second.shape), `weights have shape [${first.shape}], then [${second.shape}]`);
  const bad = Array.from(second.data).findIndex((weight) => !Number.isFinite(weight));
  demand(bad < 0, `weights[${indices(bad, second.shape)}] is ${second.data[bad]}`);
}

async function gradients<Keys>(trial: AttendsTrial<Keys>): Promise<void> {
  const f = ([query, keys, values]: tf.Tensor[]) => {
    const moved = { ...trial, query: query as tf.Tensor3D, keys: keys as tf.Tensor3D, values: values as tf.Tensor3D };
    return weightedSum([run(moved).context], new Rng(11));
  };
  const { query, keys, values, variables } = trial;
  const names = ['query', 'keys', 'values', ...Object.keys(variables)];
  await checkGradients((...xs) => f(xs), [query, keys, values, ...Object.values(variables)], { names });
}
