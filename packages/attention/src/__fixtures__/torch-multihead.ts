/** torch.nn.MultiheadAttention's results, and its parameters in ours. */
import { type Attends, sequence } from '@seqloom/core';
import { expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { Attention, MultiHead, ScaledDotScore } from '../index.js';
import file from './torch-multihead.json' with { type: 'json' };

interface Stored {
  shape: number[];
  data: number[] | boolean[];
}

type TorchCase = (typeof file.cases)[number];

/** Float32 against float64, after four products and a softmax. */
const tolerance = 5e-6;

export const torchCases: [name: string, torch: TorchCase][] = file.cases.map((each) => [each.name, each]);

export async function expectTorch(
  { config, ...torch }: TorchCase,
  inner: Attends<tf.Tensor3D> = new Attention({ scorer: new ScaledDotScore() }),
): Promise<void> {
  const { embed_dim: size, num_heads: heads } = config;
  const { kdim: keySize = size, vdim: valueSize = size } = config as { kdim?: number; vdim?: number };
  const multiHead = new MultiHead({ inner, heads, size, keySize, valueSize });
  const parameters = Object.fromEntries(multiHead.namedVariables());
  for (const [path, values] of Object.entries(inOurs(torch.params, size))) parameters[path]!.assign(values);

  const xs = { query: read(torch.q), key: read(torch.k), value: read(torch.v), ...parameters };
  const { key_padding_mask: padding, attn_mask: ignored } = torch.masks as Record<string, Stored | undefined>;
  const keyMask = padding ? tf.logicalNot(read(padding, 'bool')) : undefined;
  const mask = ignored ? tf.logicalNot(read(ignored, 'bool')) : undefined;
  const attend = () => {
    const keys = sequence(xs.key as tf.Tensor3D, keyMask as tf.Tensor2D | undefined);
    const memory = multiHead.remember(keys, sequence(xs.value as tf.Tensor3D, keyMask as tf.Tensor2D | undefined));
    return multiHead.attend(xs.query as tf.Tensor3D, memory, { mask });
  };
  const { context, weights } = attend();
  await expectClose(context, read(torch.y), tolerance, 'context');
  await expectClose(multiHead.perHead(weights), read(torch.attn_weights_per_head), tolerance, 'weights per head');

  const loss = () => tf.sum(tf.mul(attend().context, read(torch.loss_weights))) as tf.Scalar;
  const { grads } = tf.engine().gradients(loss, Object.values(xs));
  const expected: Record<string, tf.Tensor> = {
    query: read(torch.grad_q),
    key: read(torch.grad_k),
    value: read(torch.grad_v),
    ...inOurs(torch.grad_params, size),
  };
  for (const [i, name] of Object.keys(xs).entries()) await expectClose(grads[i]!, expected[name]!, tolerance, `d ${name}`);
}

function read({ shape, data }: Stored, dtype: 'float32' | 'bool' = 'float32'): tf.Tensor {
  return tf.tensor(data as number[], shape, dtype);
}

/** PyTorch keeps weights [out,in], and the three input projections in one where their sizes agree. */
function inOurs(params: TorchCase['params'], size: number): Record<string, tf.Tensor> {
  const given = params as Record<string, unknown> as Record<string, Stored>;
  const weights = given['in_proj_weight']
    ? tf.split(read(given['in_proj_weight']), 3)
    : ['q', 'k', 'v'].map((letter) => read(given[`${letter}_proj_weight`]!));
  const biases = tf.split(read(given['in_proj_bias']!), [size, size, size]);
  const named = ['query', 'key', 'value'].flatMap((name, i) => [
    [`${name}.weight`, tf.transpose(weights[i]!)] as const,
    [`${name}.bias`, biases[i]!] as const,
  ]);
  return {
    ...Object.fromEntries(named),
    'output.weight': tf.transpose(read(given['out_proj.weight']!)),
    'output.bias': read(given['out_proj.bias']!),
  };
}
