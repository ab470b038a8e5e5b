/** Words as rows of feature ids, one id for each feature, to be embedded and concatenated. */
import { DataError, OptionError, show } from '@seqloom/core/errors';
import { knownOptions } from '@seqloom/core/options';
import { Vocabulary } from '../vocabulary.js';
import { type TokenFeatureName, tokenFeatures } from './token-features.js';

export interface TokenEncoderOptions {
  /** The columns, in their order; all of `tokenFeatures` unless told. */
  features?: readonly TokenFeatureName[];
  /** A feature's text that is rarer in training becomes unknown, so that the unknown id is trained too; 2 unless told. */
  minCount?: number;
}

/** One feature and the ids of its texts; 0 is padding, 1 unknown. */
export interface TokenColumn {
  readonly feature: TokenFeatureName;
  readonly vocabulary: Vocabulary;
}

const format = 'seqloom/token-encoder';
const version = 1;
const featureNames = Object.keys(tokenFeatures) as TokenFeatureName[];

/** Built from the words of the training sentences, it turns any word into F ids; a word that was never seen still has its affixes and its shape. */
export class TokenEncoder {
  readonly columns: readonly TokenColumn[];

  private constructor(columns: readonly TokenColumn[]) {
    this.columns = columns;
  }

  /** The encoder of the running words `forms` of the training data. */
  static build(forms: Iterable<string>, options: TokenEncoderOptions = {}): TokenEncoder {
    knownOptions('TokenEncoder.build', options, ['features', 'minCount']);
    const { features = featureNames, minCount = 2 } = options;
    const unknown = features.find((feature) => !featureNames.includes(feature));
    if (unknown !== undefined || new Set(features).size < features.length || features.length === 0) {
      throw new OptionError(
        'TokenEncoder.build',
        `\`features\` must be distinct feature names, got ${show(features)}`,
        {
          hint: `there are ${featureNames.join(', ')}`,
        },
      );
    }
    const words = [...forms];
    const columns = features.map((feature) => {
      const vocabulary = Vocabulary.build(words.map(tokenFeatures[feature]), { minCount });
      return { feature, vocabulary };
    });
    return new TokenEncoder(columns);
  }

  /** The number of ids of each column: what an embedding needs. [F] */
  get sizes(): number[] {
    return this.columns.map(({ vocabulary }) => vocabulary.size);
  }

  /** One word → its ids [F]. */
  encode(form: string): number[] {
    return this.columns.map(({ feature, vocabulary }) => vocabulary.id(tokenFeatures[feature](form)));
  }

  /** The words of a sentence [T] → their ids [T,F]. */
  encodeAll(forms: Iterable<string>): number[][] {
    return Array.from(forms, (form) => this.encode(form));
  }

  toJSON(): object {
    const columns = this.columns.map(({ feature, vocabulary }) => ({ feature, vocabulary: vocabulary.toJSON() }));
    return { format, version, columns };
  }

  /** What `toJSON` gave. Throws DataError on anything else. */
  static fromJSON(value: unknown): TokenEncoder {
    const fail = (problem: string): never => {
      throw new DataError('TokenEncoder.fromJSON', problem, { hint: 'pass what toJSON() gave' });
    };
    const json = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
    if (json.format !== format) return fail(`not a token encoder: ${show(value)}`);
    if (json.version !== version) return fail(`version ${show(json.version)} is not known here, only ${version}`);
    if (!Array.isArray(json.columns) || json.columns.length === 0) return fail('`columns` must be a list');
    const columns = json.columns.map((column: { feature?: TokenFeatureName; vocabulary?: unknown } | null) => {
      const feature = column?.feature;
      if (!feature || !featureNames.includes(feature)) return fail(`unknown feature ${show(feature)}`);
      const vocabulary = Vocabulary.fromJSON(column.vocabulary);
      const { specials } = column.vocabulary as { specials: Record<string, number> };
      if (specials.padding !== 0 || specials.unknown !== 1) {
        return fail(`the vocabulary of ${feature} must have the padding 0 and the unknown token 1`);
      }
      return { feature, vocabulary };
    });
    if (new Set(columns.map(({ feature }) => feature)).size < columns.length) return fail('a feature is there twice');
    return new TokenEncoder(columns);
  }
}
