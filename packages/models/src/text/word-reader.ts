/** Words as the numbers that a model reads, and their vectors: the word, its affixes and shape, its characters. */
import { DataError, knownOptions, lengthMask, Module, type Rng, show, within } from '@seqloom/core';
import { TokenEncoder, type TokenFeatureName, Vocabulary } from '@seqloom/data';
import { CharCNN, TokenEmbedding } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';

export interface WordSizes {
  /** The size of a word's vector; 100 unless told. */
  word?: number;
  /** Whether affixes of one to four letters and the word's shape have vectors too (290 in all): what is known of words never seen. */
  affixes?: boolean;
  /** How many filters over the characters of a word (arXiv:1508.06615), half of them three characters wide, a quarter two and a quarter four; none unless told. */
  characters?: number;
  /** The rate at which, in training, words become unknown words; 0.1 unless told. */
  wordDropout?: number;
}

const affixSizes: Readonly<Record<TokenFeatureName, number>> = {
  word: 0,
  shape: 20,
  prefix1: 20,
  prefix2: 30,
  prefix3: 40,
  suffix1: 30,
  suffix2: 40,
  suffix3: 50,
  suffix4: 60,
};

const characterSize = 25;
/** Of longer words the first ones are read. */
const longestWord = 24;

/** The vocabularies of words and characters: sentences of words → ids. */
export class WordReader {
  readonly tokens: TokenEncoder;
  readonly characters: Vocabulary | undefined;

  private constructor(tokens: TokenEncoder, characters: Vocabulary | undefined) {
    this.tokens = tokens;
    this.characters = characters;
  }

  /** Of the words of training sentences; those rarer than `minCount` are unknown. */
  static build(sentences: readonly (readonly string[])[], sizes: WordSizes, minCount: number): WordReader {
    const features = sizes.affixes ? (Object.keys(affixSizes) as TokenFeatureName[]) : (['word'] as const);
    const words = sentences.flat();
    const characters = sizes.characters ? Vocabulary.build(words.flatMap((word) => [...word])) : undefined;
    return new WordReader(TokenEncoder.build(words, { features, minCount }), characters);
  }

  toJSON(): object {
    return { tokens: this.tokens.toJSON(), characters: this.characters?.toJSON() ?? null };
  }

  /** What `toJSON` gave. Throws DataError on anything else. */
  static fromJSON(value: unknown): WordReader {
    const { tokens, characters } = (value ?? {}) as { tokens?: unknown; characters?: unknown };
    if (tokens === undefined) throw new DataError('WordReader.fromJSON', `no vocabularies of words: ${show(value)}`);
    return new WordReader(TokenEncoder.fromJSON(tokens), characters ? Vocabulary.fromJSON(characters) : undefined);
  }

  /** ids [B,T,F + C] int32, the F features of each word and then its characters, 0 where there is none; mask [B,T]. */
  read(sentences: readonly (readonly string[])[]): { ids: tf.Tensor3D; mask: tf.Tensor2D } {
    const features = this.tokens.columns.length;
    const spelt = sentences.map((words) => words.map((word) => this.#spell(word)));
    const [T, C] = [longest(sentences), this.characters ? Math.max(1, longest(spelt.flat())) : 0];
    const width = features + C;
    const ids = new Int32Array(sentences.length * T * width);
    for (const [b, words] of sentences.entries()) {
      for (const [t, word] of words.entries()) {
        const at = (b * T + t) * width;
        ids.set(this.tokens.encode(word), at);
        ids.set(spelt[b]![t]!, at + features);
      }
    }
    const mask = lengthMask(
      sentences.map(({ length }) => length),
      T,
    );
    return { ids: tf.tensor3d(ids, [sentences.length, T, width], 'int32'), mask };
  }

  #spell(word: string): number[] {
    return this.characters ? this.characters.encode([...word].slice(0, longestWord)) : [];
  }
}

/** The vectors of what a WordReader reads: ids [B,T,F + C] → [B,T,outputSize]. */
export class WordEmbedding extends Module {
  readonly outputSize: number;
  readonly tokens: TokenEmbedding;
  readonly characters: CharCNN | undefined;

  constructor(where: string, reader: WordReader, sizes: WordSizes, { dropout, rng }: { dropout: number; rng: Rng }) {
    super();
    knownOptions(`${where} \`embedding\``, sizes, ['word', 'affixes', 'characters', 'wordDropout']);
    const { word = 100, wordDropout = 0.1, characters = 0 } = sizes;
    within(where, 'embedding.wordDropout', wordDropout, 0, 1);
    within(where, 'embedding.characters', characters, 0);
    const columns = reader.tokens.columns.map(({ feature, vocabulary }) => ({
      vocabularySize: vocabulary.size,
      size: feature === 'word' ? word : affixSizes[feature],
      unknown: feature === 'word' ? vocabulary.unknown : undefined,
    }));
    this.tokens = new TokenEmbedding({ columns, dropout, wordDropout, rng });
    const quarter = Math.max(1, Math.round(characters / 4));
    const filters = [2, 3, 4].map((width) => ({
      width,
      count: width === 3 ? Math.max(1, characters - 2 * quarter) : quarter,
    }));
    this.characters =
      reader.characters && new CharCNN({ vocabularySize: reader.characters.size, size: characterSize, filters, rng });
    this.outputSize = this.tokens.outputSize + (this.characters?.outputSize ?? 0);
  }

  forward(ids: tf.Tensor3D): tf.Tensor3D {
    const [B, T, width] = ids.shape;
    const features = this.tokens.columns.length;
    const vectors = this.tokens.forward(tf.slice(ids, [0, 0, 0], [B, T, features]));
    if (!this.characters) return vectors;
    const characters = tf.slice(ids, [0, 0, features], [B, T, width - features]);
    const spelt = this.characters.forward(characters, tf.greater(characters, 0));
    return tf.concat([vectors, this.tokens.dropout.forward(spelt)], 2);
  }
}

function longest(lists: readonly { length: number }[]): number {
  return lists.reduce((most, { length }) => Math.max(most, length), 0);
}
