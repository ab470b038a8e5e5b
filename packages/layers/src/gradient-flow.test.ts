/** The norms of a scalar recurrence are known, those of gated memories last, and looking leaves nothing behind. */
import { Module, Rng, type Sequence, sequence, useBackend } from '@seqloom/core';
import { backendsHere, expectClose, expectNoLeak } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  gradientFlow,
  Linear,
  LRUCell,
  lstm,
  MinGRUCell,
  Recurrent,
  type RecurrentCell,
  SimpleRNNCell,
} from './index.js';

/** h' = a·h + x. */
class Fading extends Module implements RecurrentCell<tf.Tensor2D> {
  readonly outputSize = 1;
  readonly inputSize = 1;
  readonly decay: tf.Variable;

  constructor(decay: number) {
    super();
    this.decay = tf.tidy(() => tf.variable(tf.scalar(decay)));
  }

  initialState(batch: number): tf.Tensor2D {
    return tf.zeros([batch, 1]);
  }

  step(x: tf.Tensor2D, h: tf.Tensor2D) {
    const state = tf.add<tf.Tensor2D>(tf.mul(this.decay, h), x);
    return { output: state, state };
  }
}

/** The sum of what stands at the last step. */
const last = ({ values }: Sequence) => tf.sum(tf.slice(values, [0, values.shape[1] - 1, 0], [-1, 1, -1])) as tf.Scalar;

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each([0.5, 1, 1.25])('h = %d·h + x: norms are powers, and the parameter has the sum over time', async (a) => {
    const layer = new Recurrent({ cell: new Fading(a) });
    const input = sequence(tf.ones([1, 6, 1]));
    const { loss, steps, parameters } = await gradientFlow({ layer, input, loss: last });
    const powers = [5, 4, 3, 2, 1, 0].map((n) => a ** n);
    const slope = [1, 2, 3, 4, 5].reduce((sum, n) => sum + n * a ** (n - 1), 0);
    const sum = powers.reduce((total, power) => total + power);
    await expectClose([...steps, loss, parameters['cell.decay']!], [...powers, sum, slope], 1e-5);
  });

  it.each([1e25, 1e-30])('norms whose squares float32 does not have: %d', async (factor) => {
    const layer = new Recurrent({ cell: new Fading(1) });
    const loss = (output: Sequence) => tf.mul(last(output), factor) as tf.Scalar;
    const { steps } = await gradientFlow({ layer, input: sequence(tf.ones([4, 3, 1])), loss });
    for (const norm of steps) expect(norm / (2 * factor)).toBeCloseTo(1, 5); // √4 rows
  });

  it('a step of padding has no norm, whatever stands there', async () => {
    const layer = new Recurrent({ cell: new SimpleRNNCell({ inputSize: 1, hiddenSize: 2, rng: new Rng(1) }) });
    const input = sequence(tf.tensor3d([1, 2, Number.NaN], [1, 3, 1]), tf.tensor2d([1, 1, 0], [1, 3]));
    const { steps } = await gradientFlow({ layer, input, loss: ({ values }) => tf.sum(values) as tf.Scalar });
    expect(steps.map((norm) => norm > 0)).toEqual([true, true, false]);
    expect(steps[2]).toBe(0);
  });

  it('leaves nothing behind and changes nothing; frozen parameters are left out, unused ones have 0', async () => {
    const rng = new Rng(2);
    const layer = lstm({ inputSize: 3, hiddenSize: 4, rng });
    const head = new Linear({ inputSize: 4, outputSize: 1, rng });
    const model = new (class extends Module {
      readonly parts = [layer, head, new Linear({ inputSize: 1, outputSize: 1, rng })];
    })();
    (layer.layers[0] as Recurrent<{ hidden: tf.Tensor2D; cell: tf.Tensor2D }>).freeze();
    const input = sequence(tf.ones([2, 5, 3]));
    const look = () =>
      gradientFlow({ model, layer, input, loss: ({ values }) => tf.sum(head.forward(values)) as tf.Scalar });
    await expectNoLeak(look);
    const { parameters } = await look();
    expect(Object.keys(parameters)).toEqual(['parts.1.weight', 'parts.1.bias', 'parts.2.weight', 'parts.2.bias']);
    expect(parameters['parts.1.weight']).toBeGreaterThan(0);
    expect(parameters['parts.2.weight']).toBe(0);
    expect(await look()).toEqual({ ...(await look()), parameters });
  });
});

describe('over 200 steps', () => {
  const [T, size] = [200, 8];
  const rng = () => new Rng(5);
  /** How much of the gradient at the last step there still is at the first. */
  async function kept(cell: RecurrentCell<unknown>): Promise<number> {
    const draw = new Rng(3);
    const input = sequence(
      tf.tensor3d(
        Float32Array.from({ length: 2 * T }, () => draw.normal()),
        [1, T, 2],
      ),
    );
    const { steps } = await gradientFlow({ layer: new Recurrent({ cell }), input, loss: last });
    return steps[0]! / steps[T - 1]!;
  }
  const sizes = { inputSize: 2, hiddenSize: size };

  it('a simple recurrence loses it; LRU, and minGRU with its timescale, keep it', async () => {
    expect(await kept(new SimpleRNNCell({ ...sizes, rng: rng() }) as RecurrentCell<unknown>)).toBeLessThan(1e-8);
    const memories = [
      new LRUCell({ ...sizes, radius: [0.99, 0.999], rng: rng() }),
      new MinGRUCell({ ...sizes, timescale: T, rng: rng() }),
    ];
    for (const cell of memories) expect(await kept(cell)).toBeGreaterThan(1e-3);
  });
});

describe('bad input is named', () => {
  let layer: Recurrent<tf.Tensor2D>;
  beforeAll(async () => {
    await useBackend('cpu');
    layer = new Recurrent({ cell: new Fading(1) });
  });
  const input = () => sequence(tf.ones([1, 2, 1]));
  it.each<[RegExp, () => Promise<unknown>]>([
    [/`layer` must have `forward`/, () => gradientFlow({ layer: layer.cell as never, input: input(), loss: last })],
    [/input\.values.*\[1,2,3\]/, () => gradientFlow({ layer, input: sequence(tf.ones([1, 2, 3])), loss: last })],
    [
      /`loss` must give one number, got \[1,2,1\]/,
      () => gradientFlow({ layer, input: input(), loss: ({ values }) => values as never }),
    ],
    [/`loss` must be a function/, () => gradientFlow({ layer, input: input() } as never)],
  ])('%s', async (message, run) => {
    await expect(run()).rejects.toThrow(message);
  });
});
