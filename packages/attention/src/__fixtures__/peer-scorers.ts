/** Scorers computed elsewhere, in float64 (see `about` in the JSON file beside this one). */
import type { Normalizer, Scorer } from '@seqloom/core';
import { sequence } from '@seqloom/core';
import { expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { Attention, softmax } from '../index.js';
import file from './attention-scorers.json' with { type: 'json' };

export type PeerCase = (typeof file.cases)[number];

/** Float32 against float64, after two products and a softmax. */
const tolerance = 2e-6;

/** The cases of one scorer with one normaliser, each with its title. */
export function peerCases(scorer: string, normalizer = 'softmax'): [title: string, peer: PeerCase][] {
  const cases = file.cases.filter((each) => each.scorer === scorer && each.normalizer === normalizer);
  return cases.map((each) => [each.keyMask ? 'ragged' : 'full', each]);
}

/** Throws unless energies, weights, context and every gradient are the peer's; `parameters` says which variable holds which of its parameters. */
export async function expectPeer<Keys>(
  peer: PeerCase,
  scorer: Scorer<Keys>,
  parameters: Record<string, tf.Variable> = {},
  normalize: Normalizer = softmax,
): Promise<void> {
  const given = peer.params as Record<string, number[]>;
  for (const [name, variable] of Object.entries(parameters)) tf.tidy(() => variable.assign(tf.tensor(given[name]!)));
  const xs = {
    query: tf.tensor3d(peer.query),
    keys: tf.tensor3d(peer.keys),
    values: tf.tensor3d(peer.values),
    ...parameters,
  };
  const mask = peer.keyMask ? tf.tensor2d(peer.keyMask, undefined, 'bool') : undefined;
  const attention = new Attention({ scorer, normalize });
  const attend = () =>
    attention.attend(xs.query, attention.remember(sequence(xs.keys, mask), sequence(xs.values, mask)));
  const loss = () => tf.sum(tf.mul(attend().context, tf.tensor3d(peer.outputWeight))) as tf.Scalar;

  const { context, weights } = attend();
  await expectClose(scorer.score(xs.query, scorer.prepare(xs.keys)), peer.scores, tolerance, 'energies');
  await expectClose(weights, peer.weights, tolerance, 'weights');
  await expectClose(context, peer.context, tolerance, 'context');
  const { value, grads } = tf.engine().gradients(loss, Object.values(xs));
  await expectClose(value, peer.loss, tolerance, 'loss');
  const expected = peer.grads as Record<string, unknown> as Record<string, number[]>;
  for (const [i, name] of Object.keys(xs).entries()) await expectClose(grads[i]!, expected[name]!, tolerance, `d ${name}`);
}
