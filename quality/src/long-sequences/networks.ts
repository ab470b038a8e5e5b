/** The networks that are compared, by name: how each is made for a length, with what its paper says about its beginning. */
import { Attention, MultiHead, RotaryScore, ScaledDotScore } from '@seqloom/attention';
import type { Attends, RecurrentLayer, Rng } from '@seqloom/core';
import { glorotUniform, parameter } from '@seqloom/core';
import {
  type AttentionPlace,
  CausalBlock,
  GRUCell,
  LayerNorm,
  LayerNormLSTMCell,
  LRUBlock,
  LRUCell,
  type LRUCellOptions,
  LSTMCell,
  MinGRUCell,
  MinLSTMCell,
  QRNNCell,
  Recurrent,
  type RecurrentCell,
  Residual,
  SimpleRNNCell,
  Stacked,
  TransformerStack,
} from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';

export interface NetworkSizes {
  /** D = U: what the layer reads and gives. */
  size: number;
  /** T, for what is made to last that long. */
  length: number;
  rng: Rng;
}

export interface Network {
  make(sizes: NetworkSizes): RecurrentLayer<unknown>;
  /** The steps are weighed by a learned query where a task can be answered by a summary; the last ones are read otherwise. */
  pooled?: true;
  /** Gradients are not clipped. */
  unclipped?: true;
}

type Make = (sizes: { inputSize: number; hiddenSize: number; rng: Rng }, length: number) => RecurrentCell<unknown>;

const of = (make: Make): Network => ({
  make: ({ size, length, rng }) => new Recurrent({ cell: make({ inputSize: size, hiddenSize: size, rng }, length) }),
});
const residual = (make: Make): Network => ({
  make: ({ size, length, rng }) =>
    new Stacked({
      layers: [1, 2].map(
        () => new Residual(new Recurrent({ cell: make({ inputSize: size, hiddenSize: size, rng }, length) })),
      ),
    }),
});

const simpleRNN: Make = (sizes) => new SimpleRNNCell(sizes) as RecurrentCell<unknown>;
const gru: Make = (sizes) => new GRUCell(sizes) as RecurrentCell<unknown>;
const lstm: Make = (sizes) => new LSTMCell(sizes) as RecurrentCell<unknown>;
const minGRU: Make = (sizes, length) => new MinGRUCell({ ...sizes, timescale: length }) as RecurrentCell<unknown>;

/** Eigenvalues that last long from the start, and how far they turn in a step: all the way round, or slowly (arXiv:2303.06349, §3.4 and §4). */
const ring = { radius: [0.99, 0.9999] as const };
const slow = { ...ring, phase: Math.PI / 10 };

/** N = 2U, so that the state has room for ten symbols. */
const lru = (start: Pick<LRUCellOptions, 'radius' | 'phase'>): Network =>
  of(({ inputSize, hiddenSize, rng }) => {
    const sizes = { inputSize, hiddenSize: 2 * hiddenSize, outputSize: hiddenSize, rng };
    return new LRUCell({ ...sizes, ...start }) as RecurrentCell<unknown>;
  });
const lruBlocks = (start: Pick<LRUCellOptions, 'radius' | 'phase'>): Network => ({
  make: ({ size, rng }) =>
    new Stacked({ layers: [1, 2].map(() => new LRUBlock({ size, hiddenSize: 2 * size, ...start, rng })) }),
});

/** Recurrent weights drawn as those of any layer, in place of orthogonal ones. */
const uniform =
  (make: Make): Make =>
  (sizes, length) => {
    const cell = make(sizes, length) as RecurrentCell<unknown> & { recurrent: { weight: tf.Variable } };
    tf.tidy(() => {
      const drawn = parameter(cell.recurrent.weight.shape, glorotUniform, sizes.rng);
      cell.recurrent.weight.assign(drawn);
      drawn.dispose();
    });
    return cell;
  };

/** An LSTM whose forget gates start open for up to T steps (chrono, arXiv:1804.11188), input gates shut as much. */
const chronoLSTM: Make = (sizes, length) => {
  const cell = new LSTMCell(sizes);
  const units = sizes.hiddenSize;
  const spans = Array.from({ length: units }, () => Math.log(1 + sizes.rng.uniform() * (length - 2)));
  const bias = [...spans.map((span) => -span), ...spans, ...new Array<number>(2 * units).fill(0)];
  tf.tidy(() => (cell.input.bias as tf.Variable).assign(tf.tensor1d(bias)));
  return cell as RecurrentCell<unknown>;
};

const rotary = ({ size, heads, rng }: AttentionPlace): Attends<unknown> =>
  new MultiHead({
    inner: new Attention({ scorer: new RotaryScore({ inner: new ScaledDotScore() }) }),
    heads,
    size,
    rng,
  });
const block = (size: number, rng: Rng) =>
  new CausalBlock({ size, heads: 2, rng, attention: rotary as never, feedForward: { hiddenSize: 2 * size } });

export const networks: Record<string, Network> = {
  'simple RNN': of(simpleRNN),
  'simple RNN, not clipped': { ...of(simpleRNN), unclipped: true },
  'simple RNN, uniform': of(uniform(simpleRNN)),
  GRU: of(gru),
  'GRU, not clipped': { ...of(gru), unclipped: true },
  'GRU, uniform': of(uniform(gru)),
  'GRU, residual stack': residual(gru),
  'GRU + attention pooling': { ...of(gru), pooled: true },
  'GRU + attention block': {
    make: ({ size, rng }) =>
      new Stacked<unknown>({
        layers: [new Recurrent({ cell: new GRUCell({ inputSize: size, hiddenSize: size, rng }) }), block(size, rng)],
      }),
  },
  LSTM: of(lstm),
  'LSTM, not clipped': { ...of(lstm), unclipped: true },
  'LSTM, uniform': of(uniform(lstm)),
  'LSTM, chrono': of(chronoLSTM),
  'LSTM, residual stack': residual(lstm),
  'layer-norm LSTM': of((sizes) => new LayerNormLSTMCell(sizes) as RecurrentCell<unknown>),
  minGRU: of(minGRU),
  'minGRU, no timescale': of((sizes) => new MinGRUCell(sizes) as RecurrentCell<unknown>),
  'minGRU, residual stack': residual(minGRU),
  minLSTM: of((sizes, length) => new MinLSTMCell({ ...sizes, timescale: length }) as RecurrentCell<unknown>),
  QRNN: of((sizes, length) => new QRNNCell({ ...sizes, timescale: length }) as RecurrentCell<unknown>),
  LRU: lru(ring),
  'LRU, small phases': lru(slow),
  'LRU, ring 0–0.99': lru({ radius: [0, 0.99] }),
  'LRU blocks': lruBlocks(ring),
  'LRU blocks, small phases': lruBlocks(slow),
  Transformer: {
    make: ({ size, rng }) =>
      new TransformerStack({ blocks: [block(size, rng), block(size, rng)], norm: new LayerNorm({ size }) }),
  },
};
