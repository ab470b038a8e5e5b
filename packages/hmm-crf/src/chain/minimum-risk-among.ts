/** Minimum-risk decoding for losses that are no sum over steps, such as 1 − F1 of the chunks: among the k best paths (Kumar & Byrne 2004). */
import * as tf from '@tensorflow/tfjs-core';
import type { LinearChain } from './linear-chain.js';

/** What it costs to answer the first path where the second is right: the labels of the real steps. */
export type PathLoss = (answered: readonly number[], right: readonly number[]) => number;

/**
 * Of the k best paths of each sequence the one with the least expected loss, their probabilities among themselves being the weights; exact where there are
 * no more than k paths. Paths [B][T], −1 at masked steps and where no path is possible, and risks [B]. Throws an OptionError unless k ≥ 1.
 */
export async function minimumRiskAmong(
  chain: LinearChain,
  k: number,
  loss: PathLoss,
): Promise<{ paths: number[][]; risks: number[] }> {
  const best = chain.kBest(k);
  const [paths, scores] = [await best.paths.array(), await best.scores.array()];
  tf.dispose([best.paths, best.scores]);
  const chosen = paths.map((each, row) => leastRisk(each, scores[row]!, loss));
  return { paths: chosen.map(({ path }) => path), risks: chosen.map(({ risk }) => risk) };
}

function leastRisk(paths: number[][], scores: number[], loss: PathLoss): { path: number[]; risk: number } {
  const possible = scores.filter((score) => score > -Infinity).length;
  const weights = scores.slice(0, possible).map((score) => Math.exp(score - scores[0]!));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const labels = paths.slice(0, possible).map((path) => path.filter((label) => label >= 0));
  const risks = labels.map((answered) =>
    labels.reduce((sum, right, i) => sum + (weights[i]! / total) * loss(answered, right), 0),
  );
  const risk = Math.min(...risks);
  return { path: paths[Math.max(0, risks.indexOf(risk))]!, risk };
}
