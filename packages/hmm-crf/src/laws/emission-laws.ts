/** What must hold of every emission of the statistical HMM, whatever its family. */
import { isSeqError } from '@seqloom/core/errors';
import { Rng } from '@seqloom/core/rng';
import { baumWelch } from '../hmm/baum-welch.js';
import { HMM } from '../hmm/hmm.js';
import { observations } from '../hmm/observations.js';
import {
  atLeast,
  distributionDistance,
  type EmissionSample,
  hide,
  logProbability,
  marginal,
  maximises,
  repeatMaximise,
  rowCount,
  rowsAndPosteriors,
  same,
  sampleRows,
  sharesParameters,
  withColumn,
} from './emission-checks.js';

export type { EmissionSample };

type Law = (sample: EmissionSample) => void | Promise<void>;

/** Law → check. */
export const emissionLaws: Readonly<Record<string, Law>> = {
  'statistics of parts add up': ({ make }) => {
    const emission = make();
    const { values, posteriors, K, D } = rowsAndPosteriors(emission, 1);
    const [whole, parts] = [new Float64Array(emission.statisticsSize), new Float64Array(emission.statisticsSize)];
    emission.accumulate(whole, values, posteriors);
    emission.accumulate(parts, values.slice(0, 7 * D), posteriors.slice(0, 7 * K));
    emission.accumulate(parts, values.slice(7 * D), posteriors.slice(7 * K));
    same('statistics', parts, whole, 1e-9);
  },
  'the M-step maximises expected log-likelihood plus log prior': (sample) => {
    const { values, posteriors } = rowsAndPosteriors(sample.make(), 2);
    maximises(sample, values, posteriors);
  },
  'the M-step does so with values missing': (sample) => {
    const { values, posteriors, D } = rowsAndPosteriors(sample.make(), 2);
    hide(values, D, Boolean(sample.quadrature));
    maximises(sample, values, posteriors);
  },
  'likelihood with prior never falls': async (sample) => {
    const emission = sample.make();
    const data = sampleRows(emission, 3, [rowCount, 0, 1, rowCount]);
    const hmm = new HMM({ emission, transPrior: 1.5, sticky: 1 });
    for await (const event of baumWelch(hmm, data, { iterations: 20, tolerance: -1e9, rng: new Rng(4) })) {
      if (event.type !== 'iteration' || Number.isNaN(event.gain)) continue;
      if (event.gain < -1e-9 * Math.abs(event.logPosterior))
        throw new Error(`it falls by ${-event.gain} in iteration ${event.iteration}`);
    }
  },
  'a row without values says nothing': ({ make }) => {
    const emission = make();
    const { width: D, stateCount: K } = emission;
    const nothing = new Float64Array(D).fill(Number.NaN);
    same('log p', logProbability(emission, nothing), new Float64Array(K), 0);
    const statistics = new Float64Array(emission.statisticsSize);
    emission.accumulate(statistics, nothing, new Float64Array(K).fill(1 / K));
    same('statistics', statistics, new Float64Array(statistics.length), 0);
  },
  'missing columns are integrated out': ({ make, quadrature }) => {
    if (!quadrature) return;
    const emission = make();
    const { values } = rowsAndPosteriors(emission, 5);
    const { stateCount: K, width: D } = emission;
    for (let column = 0; column < D; column++) {
      const { nodes, weights } = quadrature(column);
      const row = values.slice(column * D, (column + 1) * D);
      const total = new Float64Array(K);
      for (const [at, log] of logProbability(emission, withColumn(row, column, nodes)).entries())
        total[at % K]! += weights[Math.floor(at / K)]! * Math.exp(log);
      row[column] = Number.NaN;
      same(`log p without column ${column}`, logProbability(emission, row), total.map(Math.log), 1e-6);
    }
  },
  'likelihood never falls with values missing': async (sample) => {
    const emission = sample.make();
    const data = sampleRows(emission, 6, [rowCount, rowCount]);
    hide(data.values, emission.width, Boolean(sample.quadrature));
    let last = -Infinity;
    for await (const event of baumWelch(new HMM({ emission }), data, { iterations: 20, tolerance: -1e9 })) {
      if (event.type !== 'iteration') continue;
      atLeast(`iteration ${event.iteration}`, event.logPosterior, last);
      last = event.logPosterior;
    }
  },
  'a state that no row speaks for keeps its parameters': ({ make }) => {
    const emission = make();
    const { values } = rowsAndPosteriors(emission, 8);
    const K = emission.stateCount;
    const before = logProbability(emission, values);
    const posteriors = Float64Array.from({ length: rowCount * K }, (_, at) => (at % K === 0 ? 1 : 0));
    repeatMaximise(emission, values, posteriors, 1);
    const after = logProbability(emission, values);
    const last = (all: Float64Array) => all.filter((_, at) => at % K === K - 1);
    if (!sharesParameters(emission)) same('log p of the last state', last(after), last(before), 1e-12);
    if (!after.every((log) => log < Infinity)) throw new Error('log p is no number');
  },
  'a trace of what is possible keeps it possible': ({ make }) => {
    const emission = make();
    if (!emission.traces) return;
    const { values, K, D } = rowsAndPosteriors(emission, 16);
    const [statistics, traces] = [new Float64Array(emission.statisticsSize), new Float64Array(emission.statisticsSize)];
    emission.traces(traces);
    emission.accumulate(statistics, values.slice(0, D), new Float64Array(K).fill(1 / K)); // one row, and nothing else
    const before = logProbability(emission, values);
    emission.maximise(statistics.map((sum, i) => sum + 1e-9 * traces[i]!));
    for (const [i, log] of logProbability(emission, values).entries())
      if (log > -Infinity !== before[i]! > -Infinity) throw new Error(`log p is ${log}, it was ${before[i]}`);
  },
  'save → load changes nothing': ({ make, read }) => {
    const emission = make();
    const { values, posteriors } = rowsAndPosteriors(emission, 9);
    repeatMaximise(emission, values, posteriors, 1);
    const text = JSON.stringify(emission.toJSON());
    const loaded = read(JSON.parse(text));
    if (JSON.stringify(loaded.toJSON()) !== text) throw new Error(`${JSON.stringify(loaded.toJSON())} is not ${text}`);
    same('log p', logProbability(loaded, values), logProbability(emission, values), 0);
    if (loaded.logPrior() !== emission.logPrior()) throw new Error('the prior is lost');
    const data = observations([values], emission.width);
    loaded.initialise(data, new Rng(10));
    same('log p after initialise', logProbability(loaded, values), logProbability(emission, values), 0);
    for (const each of [emission, loaded]) repeatMaximise(each, values, posteriors, 2);
    if (JSON.stringify(loaded) !== JSON.stringify(emission)) throw new Error('it learns other than before');
  },
  'samples come as often as log p says': ({ make }) => {
    const emission = make();
    const { stateCount: K, width: D } = emission;
    const rng = new Rng(11);
    const n = 4000;
    const sums = new Float64Array(K * K);
    const states = Array.from({ length: n }, () => rng.below(K));
    const rows = new Float64Array(n * D);
    for (const [i, state] of states.entries()) emission.sample(state, rng, rows.subarray(i * D, (i + 1) * D));
    const all = logProbability(emission, rows);
    for (const [i, state] of states.entries()) {
      const logs = all.subarray(i * K, (i + 1) * K);
      const top = Math.max(...logs);
      const total = logs.reduce((sum, log) => sum + Math.exp(log - top), 0);
      const responsibility = logs.map((log) => Math.exp(log - top) / total);
      for (let at = 0; at < K * K; at++) {
        const [k, j] = [Math.floor(at / K), at % K];
        sums[at]! += ((state === k ? 1 : 0) - responsibility[k]!) * responsibility[j]!;
      }
    }
    const limit = 4.5 * Math.sqrt(n / 4);
    const off = sums.find((sum) => !(Math.abs(sum) < limit));
    if (off !== undefined) throw new Error(`states and their posteriors differ by ${off / n} on average`);
  },
  'samples of each column are distributed as its density says': ({ make, quadrature }) => {
    if (!quadrature) return;
    const emission = make();
    const { stateCount: K, width: D } = emission;
    const rng = new Rng(15);
    const n = 10_000;
    for (let k = 0; k < K; k++) {
      const drawn = Array.from({ length: n }, () => {
        const row = new Float64Array(D);
        emission.sample(k, rng, row);
        return row;
      });
      for (let column = 0; column < D; column++) {
        const distance = distributionDistance(
          drawn.map((row) => row[column]!),
          marginal(emission, k, column, quadrature(column)),
        );
        if (distance > 2 / Math.sqrt(n)) throw new Error(`state ${k}, column ${column}: off by ${distance}`);
      }
    }
  },
  'what cannot be emitted is an error with its place': ({ make, bad }) => {
    if (!bad) return;
    const emission = make();
    const { values } = sampleRows(emission, 12, [2]);
    values.set(bad, emission.width);
    try {
      emission.check({ values, width: emission.width, lengths: [0, 2] });
    } catch (error) {
      if (isSeqError(error) && /sequence 1, step 1/.test(error.message)) return;
      throw error;
    }
    throw new Error('no error');
  },
  'starting values come from the data, and the same from the same seed': ({ make }) => {
    const data = sampleRows(make(), 13, [rowCount]);
    const [first, second] = [make(), make()];
    first.initialise(data, new Rng(14));
    second.initialise(data, new Rng(14));
    const logs = logProbability(first, data.values);
    same('log p', logs, logProbability(second, data.values), 0);
    if (!logs.every((log) => log < Infinity)) throw new Error('log p is no number');
    if (!Number.isInteger(first.parameterCount)) throw new Error(`${first.parameterCount} parameters`);
  },
};
