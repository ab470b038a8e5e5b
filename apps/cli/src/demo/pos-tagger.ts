/** A part-of-speech tagger: word and affix embeddings → bidirectional LSTM → CRF, with its vocabularies. */
import { CheckpointError, type JsonValue, loadWeights, Rng, readConfig, saveWeights } from '@seqloom/core';
import { type Sentence, TokenEncoder, type TokenFeatureName, Vocabulary } from '@seqloom/data';
import { padFeatures, padIds } from '@seqloom/data/to-tensors';
import { CRF } from '@seqloom/hmm-crf';
import { lstm, TaggingNetwork, TokenEmbedding } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';

const hiddenSize = 128;

/** Embedding sizes: the word carries most, affixes and shape carry what is known of words never seen. */
const sizes: Record<TokenFeatureName, number> = {
  word: 100,
  shape: 20,
  prefix1: 20,
  prefix2: 30,
  prefix3: 40,
  suffix1: 30,
  suffix2: 40,
  suffix3: 50,
  suffix4: 50,
};

export class PosTagger {
  readonly model: TaggingNetwork;
  readonly #encoder: TokenEncoder;
  readonly #tags: Vocabulary;

  private constructor(encoder: TokenEncoder, tags: Vocabulary, rng: Rng) {
    this.#encoder = encoder;
    this.#tags = tags;
    this.model = network(encoder, tags.size, rng);
  }

  /** An untrained tagger for the words and tags of the training sentences. */
  static build(train: readonly Sentence[], rng: Rng): PosTagger {
    const tokens = train.flatMap((sentence) => sentence.tokens);
    const encoder = TokenEncoder.build(tokens.map(({ form }) => form));
    return new PosTagger(encoder, Vocabulary.closed(tokens.map(({ upos }) => upos ?? '_')), rng);
  }

  loss(sentences: readonly Sentence[]): tf.Scalar {
    const { ids: tokens, mask } = this.#pad(sentences.map((sentence) => sentence.tokens.map(({ form }) => form)));
    const { ids: labels } = padIds(
      sentences.map((sentence) => this.#tags.encode(sentence.tokens.map(({ upos }) => upos ?? '_'))),
    );
    return this.model.loss({ tokens, mask, labels });
  }

  /** The tags of each sentence; sentences of similar length share a batch. */
  async tag(sentences: readonly (readonly string[])[], batchSize = 64): Promise<string[][]> {
    const order = sentences
      .map((_, i) => i)
      .sort((a, b) => length(sentences, a) - length(sentences, b))
      .filter((i) => length(sentences, i) > 0);
    const out: string[][] = sentences.map(() => []);
    for (let start = 0; start < order.length; start += batchSize) {
      const rows = order.slice(start, start + batchSize);
      const best = tf.tidy(() => this.model.decode(this.#pad(rows.map((i) => sentences[i] as string[]))));
      const ids = await best.array();
      best.dispose();
      for (const [b, i] of rows.entries())
        out[i] = (ids[b] as number[]).slice(0, length(sentences, i)).map((id) => this.#tags.token(id));
    }
    return out;
  }

  save(): Promise<Uint8Array<ArrayBuffer>> {
    const config = { encoder: this.#encoder.toJSON(), tags: this.#tags.toJSON() };
    return saveWeights(this.model, JSON.parse(JSON.stringify(config)) as JsonValue);
  }

  /** The tagger that `save` wrote. Throws CheckpointError or DataError when the bytes are something else. */
  static async load(bytes: Uint8Array): Promise<PosTagger> {
    const config = await readConfig(bytes);
    if (typeof config !== 'object' || config === null || !('encoder' in config) || !('tags' in config)) {
      throw new CheckpointError('PosTagger.load', 'the file is not a tagger of this program');
    }
    const tagger = new PosTagger(TokenEncoder.fromJSON(config.encoder), Vocabulary.fromJSON(config.tags), new Rng(0));
    await loadWeights(tagger.model, bytes);
    return tagger;
  }

  #pad(sentences: readonly (readonly string[])[]) {
    const { ids, mask } = padFeatures(sentences.map((words) => this.#encoder.encodeAll(words)));
    return { tokens: ids, ids, mask };
  }
}

function network(encoder: TokenEncoder, tags: number, rng: Rng): TaggingNetwork {
  const columns = encoder.columns.map(({ feature, vocabulary }) => ({
    vocabularySize: vocabulary.size,
    size: sizes[feature],
    unknown: feature === 'word' ? vocabulary.unknown : undefined,
  }));
  const embeddings = new TokenEmbedding({ columns, dropout: 0.4, wordDropout: 0.1, rng });
  const sentenceEncoder = lstm({ inputSize: embeddings.outputSize, hiddenSize, bidirectional: true, rng });
  const head = new CRF({ labelCount: tags, rng });
  return new TaggingNetwork({ embeddings, encoder: sentenceEncoder, tags, head, dropout: 0.4, rng });
}

function length(sentences: readonly (readonly string[])[], i: number): number {
  return sentences[i]?.length ?? 0;
}
