/** Golden: PyTorch's RNN, LSTM (projected too) and GRU (one and two layers, both directions, packed), values and gradients. Tolerance: 2e-5 (float32 against float64). */
import { useBackend } from '@seqloom/core';
import { backendsHere, expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import fixture from '../__fixtures__/torch-rnn.json' with { type: 'json' };
import { gru, lstm, ProjectedLSTMCell, Recurrent, Stacked, simpleRNN } from '../index.js';

const tolerance = 2e-5;

interface Numbers {
  shape: number[];
  data: number[];
}
interface TorchCase {
  module: string;
  config: {
    input_size: number;
    hidden_size: number;
    num_layers?: number;
    bidirectional?: boolean;
    nonlinearity?: string;
    proj_size?: number;
  };
  params: Record<string, Numbers>;
  grad_params: Record<string, Numbers>;
  lengths?: number[];
  x: Numbers;
  y: Numbers;
  hn: Numbers;
  cn?: Numbers;
  h0?: Numbers;
  c0?: Numbers;
  loss_weights: Numbers;
  grad_x: Numbers;
  grad_h0?: Numbers;
  grad_c0?: Numbers;
}
type Direction = 'forward' | 'backward';
type Units = tf.Tensor2D | { hidden: tf.Tensor2D; cell: tf.Tensor2D };

const tensor = ({ data, shape }: Numbers) => tf.tensor(data, shape);

/** Seqloom's network of the same architecture. */
function build({ module, config }: TorchCase) {
  const { input_size: inputSize, hidden_size: hiddenSize, num_layers: layers = 1, bidirectional = false } = config;
  const sizes = { inputSize, hiddenSize, layers, bidirectional };
  if (config.proj_size) {
    const cell = new ProjectedLSTMCell({ inputSize, hiddenSize, outputSize: config.proj_size });
    return new Stacked({ layers: [new Recurrent({ cell })] });
  }
  if (module === 'LSTM') return lstm(sizes);
  return module === 'GRU'
    ? gru(sizes)
    : simpleRNN({ ...sizes, activation: config.nonlinearity === 'relu' ? 'relu' : 'tanh' });
}

/** Our path → the value made of PyTorch's parameters, or of their gradients. */
function parameters({ module, config }: TorchCase, from: Record<string, Numbers>, gradients: boolean) {
  const out = new Map<string, tf.Tensor>();
  for (const name of Object.keys(from).filter((key) => key.startsWith('weight_ih'))) {
    const [, layer, reverse] = /_l(\d)(_reverse)?$/.exec(name) as unknown as [string, string, string | undefined];
    const suffix = `l${layer}${reverse ?? ''}`;
    const direction = reverse ? '.backwardLayer' : '.forwardLayer';
    const path = `layers.${layer}${config.bidirectional ? direction : ''}.cell`;
    out.set(`${path}.input.weight`, tf.transpose(tensor(from[`weight_ih_${suffix}`]!)));
    out.set(`${path}.recurrent.weight`, tf.transpose(tensor(from[`weight_hh_${suffix}`]!)));
    const projection = from[`weight_hr_${suffix}`];
    if (projection) out.set(`${path}.projection.weight`, tf.transpose(tensor(projection)));
    const [input, hidden] = [from[`bias_ih_${suffix}`], from[`bias_hh_${suffix}`]];
    if (!input || !hidden) {
      if (!gradients) out.set(`${path}.input.bias`, tf.zeros([from[`weight_ih_${suffix}`]!.shape[0]!]));
      continue;
    }
    const separate = module === 'GRU' || gradients; // the two biases of the others are one here
    out.set(`${path}.input.bias`, separate ? tensor(input) : tf.add(tensor(input), tensor(hidden)));
    if (module === 'GRU') out.set(`${path}.recurrent.bias`, tensor(hidden));
  }
  return out;
}

/** The state of every layer and direction, from PyTorch's stack [L·directions,B,U]; `cell` makes it an LSTM's. */
function states<S>({ config }: TorchCase, unit: (i: number) => S) {
  const layers = config.num_layers ?? 1;
  if (!config.bidirectional) return Array.from({ length: layers }, (_, i) => unit(i));
  return Array.from({ length: layers }, (_, i) => ({ forward: unit(2 * i), backward: unit(2 * i + 1) }));
}

/** PyTorch's order: the hidden states (or memories) of all layers and directions. */
function stacked(state: readonly unknown[], part: 'hidden' | 'cell'): tf.Tensor {
  const units = state.flatMap((layer) => {
    const both = layer as Record<Direction, Units>;
    return 'forward' in both ? [both.forward, both.backward] : [layer as Units];
  });
  return tf.stack(units.map((unit) => (unit instanceof tf.Tensor ? unit : unit[part])));
}

function mask({ lengths, x }: TorchCase): tf.Tensor2D {
  const [B, T] = x.shape as [number, number];
  const rows = Array.from({ length: B }, (_, b) => Array.from({ length: T }, (_, t) => t < (lengths?.[b] ?? T)));
  return tf.tensor2d(rows, [B, T], 'bool');
}

const cases = fixture.cases as unknown as TorchCase[];
const named = cases.map(
  (each) => [`${each.module} ${JSON.stringify(each.config)}${each.lengths ? ' packed' : ''}`, each] as const,
);

describe.each(backendsHere())('PyTorch on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(named)('%s', async (_, each) => {
    const network = build(each);
    const assigned = parameters(each, each.params, false);
    for (const [path, variable] of network.namedVariables()) variable.assign(assigned.get(path) as tf.Tensor);
    const [h0, c0] = [each.h0, each.c0].map((given) => given && tf.unstack(tensor(given)));
    const inputs = [tensor(each.x), ...(h0 ?? []), ...(c0 ?? [])];
    const weights = tensor(each.loss_weights);
    const run = (x: tf.Tensor, ...starts: tf.Tensor[]) => {
      const unit = (i: number) =>
        c0 ? { hidden: starts[i], cell: starts[(h0?.length ?? 0) + i] } : (starts[i] as tf.Tensor);
      const initial = h0 ? states(each, unit) : undefined;
      return network.forward({ values: x as tf.Tensor3D, mask: mask(each) }, initial as never);
    };
    const { output, state } = run(...(inputs as [tf.Tensor]));
    await expectClose(output.values, tensor(each.y), tolerance, 'y');
    await expectClose(stacked(state, 'hidden'), tensor(each.hn), tolerance, 'hn');
    if (each.cn) await expectClose(stacked(state, 'cell'), tensor(each.cn), tolerance, 'cn');

    const variables = [...network.namedVariables()];
    const loss = () => tf.sum(tf.mul(run(...(inputs as [tf.Tensor])).output.values, weights)) as tf.Scalar;
    const gradients = tf.engine().gradients(loss, [...inputs, ...variables.map(([, v]) => v)]).grads;
    await expectClose(gradients[0]!, tensor(each.grad_x), tolerance, 'grad x');
    const starts = [each.grad_h0, each.grad_c0].flatMap((given) => (given ? tf.unstack(tensor(given)) : []));
    for (const [i, start] of starts.entries())
      await expectClose(gradients[1 + i]!, start, tolerance, `grad of state ${i}`);
    const expected = parameters(each, each.grad_params, true);
    for (const [i, [path]] of variables.entries())
      if (expected.has(path))
        await expectClose(gradients[inputs.length + i]!, expected.get(path)!, tolerance, `grad ${path}`);
  });
});
