/** Source text for the parts that a setup chooses: recurrences, causal layers, attentions. */
import type { NormalizerName, ScorerName } from '../attention.js';
import type { CausalName } from '../causal.js';
import type { CellName } from '../recurrent.js';

const makers: Readonly<Record<CellName, string>> = { gru: 'gru', lstm: 'lstm', simple: 'simpleRNN' };

/** As `bothWays` makes it. */
export function bothWaysSource(cell: CellName, inputSize: number, hiddenSize: number): string {
  return `${makers[cell]}({ inputSize: ${inputSize}, hiddenSize: ${hiddenSize / 2}, bidirectional: true })`;
}

/** As `oneWay` makes it. */
export function oneWaySource(cell: CellName, inputSize: number, hiddenSize: number): string {
  return `${makers[cell]}({ inputSize: ${inputSize}, hiddenSize: ${hiddenSize} })`;
}

/** The definition of `layer`, as `makeCausal` makes it. */
export function causalSource(cell: CausalName, inputSize: number, size: number): string {
  const sizes = `{ inputSize: ${inputSize}, hiddenSize: ${size} }`;
  if (cell === 'minGRU') return `const layer = new Recurrent({ cell: new MinGRUCell(${sizes}) });`;
  if (cell !== 'lru' && cell !== 'transformer') return `const layer = ${makers[cell]}(${sizes});`;
  const block = `new CausalBlock({ size: ${size}, heads: 4, feedForward: { hiddenSize: ${2 * size} } })`;
  const inner =
    cell === 'lru'
      ? `new LRUBlock({ size: ${size}, hiddenSize: ${size} })`
      : `new TransformerStack({
    blocks: [${block}, ${block}],
    positions: 'sinusoidal',
    norm: new LayerNorm({ size: ${size} }),
  })`;
  return `
/** A layer behind a projection to the size that it reads. */
class Projected extends Module {
  readonly projection = new Linear({ inputSize: ${inputSize}, outputSize: ${size} });
  readonly layer = ${inner};
  readonly outputSize = ${size};

  initialState(batch: number) {
    return this.layer.initialState(batch);
  }

  forward({ values, mask }: ReturnType<typeof sequence>, initial?: never) {
    return this.layer.forward({ values: this.projection.forward(values), mask }, initial);
  }

  step(x: tf.Tensor2D, state: never) {
    return this.layer.step(this.projection.forward(x), state);
  }
}
const layer = new Projected();`.trim();
}

/** As `makeAttention` makes it. */
export function attentionSource(
  { scorer, normalizer, heads }: { scorer: ScorerName; normalizer: NormalizerName; heads: number },
  querySize: number,
  keySize: number,
): string {
  const [query, key] = heads === 1 ? [querySize, keySize] : [keySize / heads, keySize / heads];
  const scorers: Record<ScorerName, string> = {
    additive: `new AdditiveScore({ querySize: ${query}, keySize: ${key}, size: ${key} })`,
    dot: 'new DotScore()',
    'scaled-dot': 'new ScaledDotScore()',
    general: `new GeneralScore({ querySize: ${query}, keySize: ${key} })`,
    cosine: 'new CosineScore()',
  };
  const normalize = normalizer === 'softmax' ? '' : `, normalize: ${normalizer}`;
  const attention = `new Attention({ scorer: ${scorers[scorer]}${normalize} })`;
  if (heads === 1) return attention;
  return `new MultiHead({ inner: ${attention}, heads: ${heads}, size: ${keySize}, querySize: ${querySize}, keySize: ${keySize} })`;
}
