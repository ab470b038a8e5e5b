/** What hears digits: log-mel features, a network in both directions, CTC. */
import { Module, type Rng, type Sequence } from '@seqloom/core';
import { logMel, normalizeUtterance } from '@seqloom/data/audio';
import { padIds, padValues } from '@seqloom/data/to-tensors';
import { type CTCLabels, ctcGreedyDecode, Linear, type StatefulLayer } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { digits, sampleRate, speak } from './digit-sounds.js';
import { bothWays, type CellName } from './recurrent.js';

export const bands = 24;

export const hearing = {
  sampleRate,
  frameLength: 256,
  hopLength: 160,
  melBands: bands,
  lowestFrequency: 80,
  style: { floor: 1e-5 },
};

export interface Utterance {
  readonly spoken: readonly number[];
  /** Log-mel, normalised [T][bands]. */
  readonly rows: readonly (readonly number[])[];
}

export interface SpeechBatch extends CTCLabels {
  readonly sound: tf.Tensor3D;
  readonly soundMask: tf.Tensor2D;
}

/** A network in both directions of time, and a score for each digit and for nothing (class 0). */
export class Listener extends Module {
  readonly encoder: StatefulLayer<unknown>;
  readonly output: Linear;

  constructor({ cell, size }: { cell: CellName; size: number }, rng: Rng) {
    super();
    this.encoder = bothWays(cell, { inputSize: bands, hiddenSize: size, rng });
    this.output = new Linear({ inputSize: size, outputSize: digits.length + 1, rng });
  }

  forward({ sound, soundMask }: Pick<SpeechBatch, 'sound' | 'soundMask'>): { logits: Sequence; states: tf.Tensor3D } {
    const { output } = this.encoder.forward({ values: sound, mask: soundMask });
    return { logits: { values: this.output.forward(output.values), mask: soundMask }, states: output.values };
  }

  /** The digits of each recording. */
  async write(utterances: readonly Utterance[]): Promise<string[]> {
    const batch = toBatch(utterances);
    const logits = tf.tidy(() => this.forward(batch).logits.values);
    const found = await ctcGreedyDecode({ values: logits, mask: batch.soundMask });
    tf.dispose([logits, ...Object.values(batch)]);
    return found.map(({ labels }) => labels.map((label) => label - 1).join(''));
  }
}

export interface Recording {
  readonly spoken: readonly number[];
  readonly samples: Float32Array;
}

export function record(rng: Rng, most: number, noise: number): Recording {
  const spoken = Array.from({ length: 1 + rng.below(most) }, () => rng.below(10));
  return { spoken, samples: speak(rng, spoken, noise) };
}

export function listen({ spoken, samples }: Recording): Utterance {
  return { spoken, rows: hear(samples) };
}

/** Sound as the model gets it: a row each 20 ms. */
export function hear(samples: Float32Array): number[][] {
  const long = samples.length >= 400 ? samples : Float32Array.from({ length: 400 }, (_, i) => samples[i] ?? 0);
  return normalizeUtterance(logMel(long, hearing));
}

export function toBatch(utterances: readonly Utterance[]): SpeechBatch {
  const sound = padValues(utterances.map(({ rows }) => rows));
  const { ids, mask } = padIds(utterances.map(({ spoken }) => spoken.map((digit) => digit + 1)));
  return { sound: sound.values, soundMask: sound.mask, ids, mask };
}
