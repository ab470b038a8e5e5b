/** Golden: PyTorch's TransformerEncoderLayer and TransformerDecoderLayer, values and all gradients. Tolerance: 2e-5 (float32 against float64). */
import { sequence, useBackend } from '@seqloom/core';
import { backendsHere, expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { DecoderBlock, TransformerBlock } from '../index.js';
import fixture from './__fixtures__/torch-transformer.json' with { type: 'json' };

const tolerance = 2e-5;

interface Numbers {
  shape: number[];
  data: number[];
}
interface TorchCase {
  module: string;
  config: { d_model: number; nhead: number; dim_feedforward: number; activation: string; norm_first: boolean };
  params: Record<string, Numbers>;
  grad_params: Record<string, Numbers>;
  src_key_padding_mask?: { data: boolean[]; shape: number[] };
  x?: Numbers;
  tgt?: Numbers;
  memory?: Numbers;
  y: Numbers;
  loss_weights: Numbers;
  grad_x?: Numbers;
  grad_tgt?: Numbers;
  grad_memory?: Numbers;
}

const tensor = ({ data, shape }: Numbers) => tf.tensor(data, shape);

const attentions = { self_attn: 'attention', multihead_attn: 'crossAttention' };
const norms = { encoder: ['attention', 'feedForward'], decoder: ['attention', 'cross', 'feedForward'] };

/** Our path → the value made of PyTorch's parameters, or of their gradients. */
function parameters(from: Record<string, Numbers>, decodes: boolean): Map<string, tf.Tensor> {
  const out = new Map<string, tf.Tensor>();
  for (const [theirs, ours] of Object.entries(attentions)) {
    if (!from[`${theirs}.in_proj_weight`]) continue;
    const path = decodes && ours === 'attention' ? 'attention.attention' : ours;
    const weights = tf.split(tensor(from[`${theirs}.in_proj_weight`]!), 3);
    const biases = tf.split(tensor(from[`${theirs}.in_proj_bias`]!), 3);
    for (const [i, name] of ['query', 'key', 'value'].entries()) {
      out.set(`${path}.${name}.weight`, tf.transpose(weights[i]!));
      out.set(`${path}.${name}.bias`, biases[i]!);
    }
    out.set(`${path}.output.weight`, tf.transpose(tensor(from[`${theirs}.out_proj.weight`]!)));
    out.set(`${path}.output.bias`, tensor(from[`${theirs}.out_proj.bias`]!));
  }
  for (const [i, name] of ['inner', 'outer'].entries()) {
    out.set(`feedForward.${name}.weight`, tf.transpose(tensor(from[`linear${i + 1}.weight`]!)));
    out.set(`feedForward.${name}.bias`, tensor(from[`linear${i + 1}.bias`]!));
  }
  for (const [i, name] of norms[decodes ? 'decoder' : 'encoder'].entries()) {
    for (const part of ['weight', 'bias'])
      out.set(`${name}Residual.norm.${part}`, tensor(from[`norm${i + 1}.${part}`]!));
  }
  return out;
}

/** Their layer as ours, and what it makes of its inputs. */
function build({ module, config, ...torch }: TorchCase) {
  const { d_model: size, nhead: heads, dim_feedforward: hiddenSize, activation, norm_first } = config;
  const feedForward = { hiddenSize, activation: activation as 'relu' };
  const options = { size, heads, feedForward, norm: norm_first ? ('pre' as const) : ('post' as const) };
  if (module === 'TransformerDecoderLayer') {
    const block = new DecoderBlock(options);
    const [target, memory] = [tensor(torch.tgt!), tensor(torch.memory!)] as [tf.Tensor3D, tf.Tensor3D];
    const run = () => block.forward(sequence(target), block.remember(sequence(memory))).output.values;
    return { block, inputs: [target, memory], expected: [torch.grad_tgt!, torch.grad_memory!], run };
  }
  const block = new TransformerBlock(options);
  const { data, shape } = torch.src_key_padding_mask!;
  const mask = tf.tensor2d(
    data.map((hidden) => Number(!hidden)),
    shape as [number, number],
    'bool',
  ); // theirs: true = ignored
  const x = tensor(torch.x!) as tf.Tensor3D;
  return {
    block,
    inputs: [x],
    expected: [torch.grad_x!],
    run: () => block.forward({ values: x, mask }).output.values,
    mask,
  };
}

describe.each(backendsHere())('as in PyTorch, on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(fixture.cases as unknown as TorchCase[])(
    '$module $config.activation, pre-norm $config.norm_first',
    async (torch) => {
      const { block, inputs, expected, run, mask } = build(torch);
      const decodes = block instanceof DecoderBlock;
      const values = parameters(torch.params, decodes);
      const variables = [...block.namedVariables()];
      for (const [path, variable] of variables) variable.assign(values.get(path)!);
      // Theirs goes on computing at padding, where its loss weighs nothing; ours is 0 there.
      const real = mask ? tf.cast(tf.expandDims(mask, 2), 'float32') : tf.ones([1, 1, 1]);
      await expectClose(run(), tf.mul(tensor(torch.y), real), tolerance, 'output');
      const weights = tensor(torch.loss_weights);
      const loss = () => tf.sum(tf.mul(run(), weights)) as tf.Scalar;
      const { grads } = tf.engine().gradients(loss, [...inputs, ...variables.map(([, variable]) => variable)]);
      const gradients = parameters(torch.grad_params, decodes);
      for (const [i, given] of expected.entries())
        await expectClose(grads[i]!, tensor(given), tolerance, `d input ${i}`);
      for (const [i, [path]] of variables.entries())
        await expectClose(grads[inputs.length + i]!, gradients.get(path)!, tolerance, `d ${path}`);
    },
  );
});
