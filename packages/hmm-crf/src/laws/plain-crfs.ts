/** CRFs of first and second order with given potentials, beside all their paths by enumeration. */
import { Rng, type Sequence, sequence } from '@seqloom/core';
import { expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import type { ChainCRF } from '../crf/chain-crf.js';
import { CRF } from '../crf/crf.js';
import { SecondOrderCRF } from '../crf/second-order-crf.js';
import { isPerStep, type Path, type PlainChain, paths } from './enumeration.js';
import type { Law } from './for-chains.js';
import { plainChains, tensorsOf } from './plain-chains.js';

export interface PlainCRF {
  readonly crf: ChainCRF;
  readonly chain: PlainChain;
  /** Every path of each sequence with its score. */
  readonly paths: Path[][];
  /** One path of each sequence, by chance. */
  readonly labels: number[][];
  readonly rng: Rng;
}

/** A law checked on drawn CRFs of both orders. */
export function forCRFs(check: (plain: PlainCRF) => Promise<void>): Law {
  const checkBoth = async (drawn: PlainChain) => {
    const chain = isPerStep(drawn.transition) ? { ...drawn, transition: drawn.transition[0]![0]! } : drawn;
    const rng = new Rng(chain.mask.flat().length);
    for (const plain of [firstOrder(chain, rng), secondOrder(chain, rng)]) {
      await check(plain);
      plain.crf.dispose();
    }
  };
  return (runs) => fc.assert(fc.asyncProperty(plainChains, checkBoth), { numRuns: runs, seed: 8 });
}

/** Throws unless `f` gives `expected`, whatever stands at masked steps of the emissions. */
export async function sameOf(
  { crf, chain }: PlainCRF,
  what: string,
  f: (emissions: Sequence) => tf.Tensor,
  expected: readonly number[],
): Promise<void> {
  for (const filler of [undefined, Number.NaN]) {
    const actual = tf.tidy(() => {
      const { emission, mask } = tensorsOf(chain, filler);
      return f(sequence(emission, mask));
    });
    await expectClose(actual, [...expected], 5e-5, `${what} of a ${crf.constructor.name}`);
    actual.dispose();
  }
}

/** The labels as a tensor, nonsense at masked steps. */
export function labelTensor({ chain, labels }: PlainCRF): tf.Tensor2D {
  const filled = labels.map((row, b) => row.map((label, t) => (chain.mask[b]![t] ? label : -7)));
  return tf.tensor2d(filled, undefined, 'int32');
}

function firstOrder(chain: PlainChain, rng: Rng): PlainCRF {
  const crf = new CRF({ labelCount: chain.initial.length });
  assign(crf, chain);
  return withPaths(
    crf,
    chain,
    chain.mask.map((_, row) => paths(chain, row)),
    rng,
  );
}

function secondOrder(chain: PlainChain, rng: Rng): PlainCRF {
  const K = chain.initial.length;
  const crf = new SecondOrderCRF({ labelCount: K });
  assign(crf, chain);
  const second = Float32Array.from({ length: K ** 3 }, () => (rng.uniform() < 0.1 ? -Infinity : rng.normal()));
  tf.tidy(() => crf.second.assign(tf.tensor3d(second, [K, K, K])));
  const triples = ({ labels, score }: Path): Path => {
    const path = labels.filter((label) => label >= 0);
    const extra = path.slice(2).map((k, i) => second[(path[i]! * K + path[i + 1]!) * K + k]!);
    return { labels, score: extra.reduce((sum, x) => sum + x, score) };
  };
  return withPaths(
    crf,
    chain,
    chain.mask.map((_, row) => paths(chain, row).map(triples)),
    rng,
  );
}

function withPaths(crf: ChainCRF, chain: PlainChain, all: Path[][], rng: Rng): PlainCRF {
  return { crf, chain, paths: all, labels: all.map((each) => rng.choice(each).labels), rng };
}

function assign(crf: CRF | SecondOrderCRF, chain: PlainChain): void {
  tf.tidy(() => {
    crf.initial.assign(tf.tensor1d(chain.initial));
    crf.transition.assign(tf.tensor2d(chain.transition as number[][]));
    crf.final.assign(tf.tensor1d(chain.final));
  });
}
