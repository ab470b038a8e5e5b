/** Characters of a written date in, characters of the ISO date out. */
import { AdditiveScore, Attention } from '@seqloom/attention';
import type { Rng } from '@seqloom/core';
import { type DateExample, Vocabulary } from '@seqloom/data';
import { padIds } from '@seqloom/data/to-tensors';
import { Embedding, EncoderDecoder, GRUCell, gru, LuongDecoder } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';

export interface Translation {
  text: string;
  /** For each written character, how much each source character was looked at. */
  weights: number[][];
}

const size = 64;
const embedded = 32;
const isoLength = 'YYYY-MM-DD'.length;

export class DateTranslator {
  readonly model: ReturnType<typeof build>;
  readonly #source: Vocabulary;
  readonly #target: Vocabulary;

  constructor(examples: readonly DateExample[], rng: Rng) {
    this.#source = Vocabulary.build(examples.flatMap(({ source }) => [...source]));
    const specials = { start: '<s>', end: '</s>' };
    this.#target = Vocabulary.build(
      examples.flatMap(({ target }) => [...target]),
      { specials },
    );
    this.model = build(this.#source.size, this.#target.size, rng);
  }

  loss(examples: readonly DateExample[]): tf.Scalar {
    const { ids: source, mask: sourceMask } = padIds(examples.map((example) => this.#source.encode(example.source)));
    const { ids: target, mask: targetMask } = padIds(examples.map((example) => this.#encodeTarget(example.target)));
    return this.model.loss({ source, sourceMask, target, targetMask });
  }

  /** Translates in batches; greedy. */
  async translate(texts: readonly string[], batchSize = 250): Promise<Translation[]> {
    const out: Translation[] = [];
    for (let start = 0; start < texts.length; start += batchSize) {
      const { ids: source, mask: sourceMask } = padIds(
        texts.slice(start, start + batchSize).map((text) => this.#source.encode(text)),
      );
      const { start: first, end } = this.#target;
      const transcripts = await this.model.greedy(
        { source, sourceMask },
        { start: first, end, maxLength: isoLength + 1 },
      );
      tf.dispose([source, sourceMask]);
      out.push(...transcripts.map(({ ids, weights }) => ({ text: this.#target.decode(ids).join(''), weights })));
    }
    return out;
  }

  #encodeTarget(text: string): number[] {
    return [this.#target.start, ...this.#target.encode(text), this.#target.end];
  }
}

function build(sourceSize: number, targetSize: number, rng: Rng) {
  const attention = new Attention({ scorer: new AdditiveScore({ querySize: size, keySize: 2 * size, size, rng }) });
  return new EncoderDecoder({
    source: new Embedding({ vocabularySize: sourceSize, size: embedded, rng }),
    target: new Embedding({ vocabularySize: targetSize, size: embedded, rng }),
    encoder: gru({ inputSize: embedded, hiddenSize: size, bidirectional: true, rng }),
    decoder: new LuongDecoder({
      cell: new GRUCell({ inputSize: embedded, hiddenSize: size, rng }),
      attention,
      inputSize: embedded,
      contextSize: 2 * size,
      rng,
    }),
    rng,
  });
}
