/** What stands around a list of blocks: positions, dropout, and a last normalisation. */
import type { Rng } from '@seqloom/core';
import { knownOptions, Module, OptionError, show } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { Dropout } from '../dropout.js';
import { type AbsolutePositions, absolutePositions, addPositions } from './absolute-positions.js';
import type { Normalization } from './block-options.js';

export interface StackOptions<Block> {
  /** The lowest first; each reads what the one before gives. */
  blocks: readonly Block[];
  /** Added to what comes in; none unless told. */
  positions?: AbsolutePositions;
  /** The last normalisation, which pre-norm blocks want; none unless told. */
  norm?: Normalization;
  /** The dropout rate of what comes in, its positions added. */
  dropout?: number;
  rng?: Rng;
}

export class Frame extends Module {
  readonly where: string;
  readonly positions: AbsolutePositions | undefined;
  readonly dropout: Dropout;
  readonly norm: Normalization | undefined;

  constructor(where: string, { positions, norm, dropout = 0, rng }: Omit<StackOptions<unknown>, 'blocks'>) {
    super();
    this.where = where;
    this.positions = absolutePositions(where, positions);
    this.dropout = new Dropout({ rate: dropout, rng });
    this.norm = norm;
  }

  /** values [B,T,D] → what the first block reads. Throws ShapeError behind the last learned position. */
  enter(values: tf.Tensor3D, places: { limit: number; places?: tf.Tensor2D | undefined }): tf.Tensor3D {
    return this.dropout.forward(addPositions(this.where, this.positions, values, places));
  }

  leave(values: tf.Tensor3D): tf.Tensor3D {
    return this.norm ? this.norm.forward(values) : values;
  }
}

/** The blocks of checked options, which must fit on each other. */
export function blocksOf<Block extends { readonly outputSize: number }>(
  where: string,
  options: StackOptions<Block>,
  methods: readonly string[],
): readonly Block[] {
  knownOptions(where, options, ['blocks', 'positions', 'norm', 'dropout', 'rng']);
  const { blocks } = options;
  if (!Array.isArray(blocks) || blocks.length === 0)
    throw new OptionError(where, '`blocks` must be a list of at least one block');
  for (const [i, block] of blocks.entries()) {
    const missing = methods.find((name) => typeof block?.[name] !== 'function');
    if (missing) throw new OptionError(where, `\`blocks[${i}]\` must have \`${missing}\`, got ${show(block)}`);
    const [above, below] = [block.inputSize, blocks[i - 1]?.outputSize];
    if (above !== undefined && below !== undefined && above !== below)
      throw new OptionError(where, `blocks[${i}] reads ${above} features, but blocks[${i - 1}] gives ${below}`);
  }
  return [...blocks];
}
