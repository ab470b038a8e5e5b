/** Golden: ONNX's node tests of RNN, GRU (reset before the product) and LSTM, peepholes included. Tolerance: 1e-5 (float32 on both sides). */
import { useBackend } from '@seqloom/core';
import { backendsHere, expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import fixture from '../__fixtures__/onnx-recurrent.json' with { type: 'json' };
import { Bidirectional, GRUCell, LSTMCell, PeepholeLSTMCell, Recurrent, SimpleRNNCell } from '../index.js';

interface Numbers {
  shape: number[];
  data: number[];
}
interface OnnxCase {
  name: string;
  op: string;
  attributes: { hidden_size: number; direction?: string; layout?: number };
  inputs: Record<string, Numbers>;
  outputs: Record<string, Numbers>;
}

/** Where our gates stand among ONNX's. */
const gates: Record<string, readonly number[]> = { RNN: [0], GRU: [1, 0, 2], LSTM: [0, 2, 3, 1] };

const tensor = ({ data, shape }: Numbers) => tf.tensor(data, shape);

/** Rows [G·U,…] in our order of gates. */
function inOrder<X extends tf.Tensor>(op: string, rows: tf.Tensor): X {
  const parts = tf.split(rows as X, gates[op]!.length);
  return tf.concat(gates[op]!.map((gate) => parts[gate]!)) as X;
}

/** The cell of one direction, with ONNX's weights. */
function cellOf({ op, attributes, inputs }: OnnxCase, direction: number) {
  const of = (name: string) => tf.squeeze(tf.slice(tensor(inputs[name]!), direction, 1), [0]);
  const sizes = { inputSize: inputs.W!.shape[2]!, hiddenSize: attributes.hidden_size };
  const Cell = op === 'RNN' ? SimpleRNNCell : inputs.P ? PeepholeLSTMCell : LSTMCell;
  const cell = op === 'GRU' ? new GRUCell({ ...sizes, reset: 'before' }) : new Cell(sizes);
  cell.input.weight.assign(tf.transpose(inOrder<tf.Tensor2D>(op, of('W'))));
  cell.recurrent.weight.assign(tf.transpose(inOrder<tf.Tensor2D>(op, of('R'))));
  const biases = inputs.B ? tf.split(of('B'), 2) : [tf.zeros([cell.input.outputSize])];
  cell.input.bias!.assign(inOrder(op, tf.addN(biases)));
  if (cell instanceof PeepholeLSTMCell) {
    const [input, open, forget] = tf.split(of('P'), 3); // ONNX's order
    cell.peepholes.assign(tf.stack([input!, forget!, open!]) as tf.Tensor2D);
  }
  return cell;
}

function hiddenOf(state: unknown): tf.Tensor {
  return state instanceof tf.Tensor ? state : (state as { hidden: tf.Tensor }).hidden;
}

describe.each(backendsHere())('ONNX on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each((fixture.cases as unknown as OnnxCase[]).map((each) => [each.name, each] as const))('%s', async (_, each) => {
    const { direction = 'forward', layout = 0 } = each.attributes;
    const both = direction === 'bidirectional';
    const ahead = new Recurrent<never>({ cell: cellOf(each, 0) as never });
    const behind = new Recurrent<never>({ cell: cellOf(each, both ? 1 : 0) as never });
    const x = tensor(each.inputs.X!) as tf.Tensor3D;
    const values = layout === 1 ? x : tf.transpose(x, [1, 0, 2]);
    const input = { values, mask: tf.ones<tf.Rank.R2>(values.shape.slice(0, 2) as [number, number], 'bool') };
    const ran = both
      ? new Bidirectional({ forward: ahead, backward: behind }).forward(input)
      : direction === 'reverse'
        ? ahead.forwardReversed(input)
        : ahead.forward(input);
    const states: unknown[] = both ? Object.values(ran.state as object) : [ran.state];
    const read = (part: (state: unknown) => tf.Tensor) => tf.stack(states.map(part), layout === 1 ? 1 : 0);
    await expectClose(read(hiddenOf), tensor(each.outputs.Y_h!), 1e-5, 'last hidden');
    if (each.outputs.Y_c)
      await expectClose(
        read((state) => (state as { cell: tf.Tensor }).cell),
        tensor(each.outputs.Y_c),
        1e-5,
        'last memory',
      );
    if (each.outputs.Y) {
      const U = each.attributes.hidden_size;
      const [B, T] = values.shape as [number, number, number];
      const byDirection = tf.reshape(ran.output.values, [B, T, states.length, U]);
      const outputs = layout === 1 ? byDirection : tf.transpose(byDirection, [1, 2, 0, 3]);
      await expectClose(outputs, tensor(each.outputs.Y), 1e-5, 'outputs');
    }
  });
});
