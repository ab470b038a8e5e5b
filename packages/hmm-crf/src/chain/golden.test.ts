/** Golden: entropy, the five best paths, max-marginal paths and pair marginals by enumeration in float64. Tolerance: 2e-5 (float32). */
import { lengthMask, useBackend } from '@seqloom/core';
import { backendsHere, expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import peers from '../__fixtures__/linear-chain.json' with { type: 'json' };
import { LinearChain } from './linear-chain.js';

const tolerance = 2e-5;

describe.each(backendsHere())('linear chains on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(peers.cases.map((c, i) => [i, c] as const))(
    'equal enumeration: case %i',
    async (_, { params, emissions, lengths, exact }) => {
      const chain = new LinearChain({
        initial: tf.tensor1d(params.start),
        final: tf.tensor1d(params.end),
        transition: tf.tensor2d(params.transitions),
        emission: tf.tensor3d(emissions),
        mask: lengthMask(lengths),
      });
      await expectClose(
        chain.logPartition(),
        exact.map(({ logPartition }) => logPartition),
        tolerance,
        'log partition',
      );
      await expectClose(
        chain.entropy(),
        exact.map(({ entropy }) => entropy),
        tolerance,
        'entropy',
      );
      const pad = (path: number[]) => [...path, ...new Array<number>(chain.sizes.T - path.length).fill(-1)];
      const best = exact.flatMap(({ kBest }) =>
        Array.from({ length: 5 }, (_, i) => kBest[i] ?? { tags: [], score: -Infinity }),
      );
      const { paths, scores } = chain.kBest(5);
      await expectClose(
        scores,
        best.map(({ score }) => score),
        tolerance,
        'k best',
      );
      expect((await paths.array()).flat()).toEqual(best.map(({ tags }) => pad(tags)));
      expect(await chain.posteriorDecode().array()).toEqual(exact.map(({ maxMarginalPath }) => pad(maxMarginalPath)));
      const pairs = (await chain.pairMarginals().array()) as number[][][][];
      for (const [row, { pairMarginals }] of exact.entries()) {
        await expectClose(
          pairs[row]!.slice(0, pairMarginals.length).flat(2),
          pairMarginals.flat(2),
          tolerance,
          'pairs',
        );
      }
    },
  );
});
