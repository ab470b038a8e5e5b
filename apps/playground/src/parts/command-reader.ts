/** One reader with two heads: a label for the sentence, and a CRF over the tags of its words. */
import { Module, type Rng, type Sequence, sequence } from '@seqloom/core';
import type { Vocabulary } from '@seqloom/data';
import type { CommandExample } from '@seqloom/data/synthetic';
import { padIds } from '@seqloom/data/to-tensors';
import { CRF, tagScheme } from '@seqloom/hmm-crf';
import { Embedding, Linear } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { Classifier, type PoolingName } from './classifier.js';
import type { Setting } from './hand.js';
import { bothWays, type CellName } from './recurrent.js';

export interface Commands {
  readonly words: Vocabulary;
  readonly tags: Vocabulary;
  readonly intents: Vocabulary;
  readonly train: readonly CommandExample[];
  readonly test: readonly CommandExample[];
}

export interface CommandBatch {
  readonly ids: tf.Tensor2D;
  readonly mask: tf.Tensor2D;
  readonly tags: tf.Tensor2D;
  readonly intents: tf.Tensor1D;
}

/** Whether only paths that keep the rules of BIO count. */
export function keepsRules({ constraints }: { constraints: 'BIO' | 'none' }, tags: Vocabulary): boolean {
  return constraints === 'BIO' && tags.tokens.every((tag) => /^(O|[BI]-.+)$/.test(tag));
}

/** Words as vectors, read both ways; the intent from all states, the slots from each. */
export class CommandReader extends Module {
  readonly embedding: Embedding;
  readonly classifier: Classifier;
  readonly emission: Linear;
  readonly crf: CRF;

  constructor(
    setup: { cell: CellName; size: number; pooling: PoolingName; constraints: 'BIO' | 'none' },
    { words, tags, intents }: Commands,
    rng: Rng,
  ) {
    super();
    const { cell, size, pooling, constraints } = setup;
    const rules = keepsRules({ constraints }, tags);
    this.embedding = new Embedding({ vocabularySize: words.size, size: 32, rng });
    const encoder = bothWays(cell, { inputSize: 32, hiddenSize: size, rng });
    this.classifier = new Classifier({ encoder, pooling, classes: intents.size, rng });
    this.emission = new Linear({ inputSize: size, outputSize: tags.size, rng });
    this.crf = new CRF({ labelCount: tags.size, ...(rules && { allowed: tagScheme('BIO', tags.tokens) }), rng });
  }

  forward({ ids, mask }: Pick<CommandBatch, 'ids' | 'mask'>, settings?: readonly Setting[]) {
    const { logits, weights, states } = this.classifier.forward(sequence(this.embedding.forward(ids), mask), settings);
    const emissions: Sequence = { values: this.emission.forward(states), mask };
    return { logits, weights, emissions };
  }

  /** The slots' negative log-likelihood by the word, and the intents' cross-entropy. */
  loss(batch: CommandBatch): tf.Scalar {
    const { logits, emissions } = this.forward(batch);
    const chosen = tf.oneHot(batch.intents, logits.shape[1]);
    const intent = tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), chosen), 1)));
    return tf.add(this.crf.loss(emissions, batch.tags), intent);
  }
}

export function toBatch(commands: readonly CommandExample[], { words, tags, intents }: Commands): CommandBatch {
  const { ids, mask } = padIds(
    commands.map((command) => words.encode(command.words.map((word) => word.toLowerCase()))),
  );
  const labels = padIds(commands.map((command) => tags.encode(command.tags)));
  labels.mask.dispose();
  return {
    ids,
    mask,
    tags: labels.ids,
    intents: tf.tensor1d(
      commands.map(({ intent }) => intents.id(intent)),
      'int32',
    ),
  };
}
