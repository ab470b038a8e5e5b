/** Golden: the mission's formulas in float64, values, loss and gradients. Tolerance: 1e-5 (float32). */
import { lengthMask, useBackend } from '@seqloom/core';
import { backendsHere, expectClose, verifySequenceLayer } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import fixture from '../__fixtures__/attentive-rnn.json' with { type: 'json' };
import { AttentiveRNN, maskedCrossEntropy } from '../index.js';

const tolerance = 1e-5;
type Case = (typeof fixture.cases)[number];

/** The fixture's names → ours. */
const paths: Record<keyof Case['params'], string> = {
  W_h: 'recurrent.cell.recurrent.weight',
  W_x: 'recurrent.cell.input.weight',
  b: 'recurrent.cell.input.bias',
  W_a: 'attention.scorer.query',
  U_a: 'attention.scorer.key',
  v: 'attention.scorer.energy',
  W_y: 'output.weight',
  b_y: 'output.bias',
};

function build({ inputSize, hiddenSize, outputSize, attentionSize, params }: Case) {
  const network = new AttentiveRNN({ inputSize, hiddenSize, outputSize, attentionSize });
  const variables = new Map(network.namedVariables());
  expect([...variables.keys()].sort()).toEqual(Object.values(paths).sort());
  for (const [name, path] of Object.entries(paths))
    variables.get(path)!.assign(tf.tensor(params[name as keyof typeof paths]));
  return { network, variables };
}

describe.each(backendsHere())('AttentiveRNN on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(fixture.cases)('equals the formulas, lengths $lengths', async (each) => {
    const { network, variables } = build(each);
    const mask = lengthMask(each.lengths);
    const values = tf.tensor3d(each.input);
    const real = (x: number[][][]) => tf.mul(tf.tensor3d(x), tf.expandDims(tf.cast(mask, 'float32'), 2));
    const { output, state, weights, context } = network.forward({ values, mask });
    await expectClose(output.values, real(each.output), tolerance, 'y');
    await expectClose(
      state,
      each.hidden.map((row) => row.at(-1)!),
      tolerance,
      'h',
    );
    await expectClose(real(weights.arraySync()), real(each.weights), tolerance, 'weights');
    await expectClose(real(context.arraySync()), real(each.context), tolerance, 'context');

    const loss = (x: tf.Tensor) =>
      maskedCrossEntropy(
        network.forward({ values: x as tf.Tensor3D, mask }).logits,
        tf.tensor2d(each.targets, undefined, 'int32'),
        mask,
      );
    await expectClose(loss(values), each.loss, tolerance, 'loss');
    const names = Object.keys(paths) as (keyof typeof paths)[];
    const xs = [values, ...names.map((name) => variables.get(paths[name])!)];
    const { grads } = tf.engine().gradients(() => loss(values), xs);
    for (const [i, name] of (['input', ...names] as const).entries())
      await expectClose(grads[i]!, tf.tensor(each.grads[name]), tolerance, `d ${name}`);
  });

  it('forward = step after step, with the input remembered', async () => {
    const each = fixture.cases[0]!;
    const { network } = build(each);
    const values = tf.tensor3d(each.input);
    const input = { values, mask: lengthMask(each.lengths) };
    const memory = network.remember(input);
    let state = network.initialState(values.shape[0]);
    const steps = (tf.unstack(values, 1) as tf.Tensor2D[]).map((x) => {
      const next = network.step(x, state, memory);
      state = next.state;
      return next;
    });
    const whole = network.forward(input);
    await expectClose(
      tf.stack(
        steps.map(({ output }) => output),
        1,
      ),
      whole.output.values,
      tolerance,
      'y',
    );
    await expectClose(
      tf.concat(
        steps.map(({ weights }) => weights),
        1,
      ),
      whole.weights,
      tolerance,
      'weights',
    );
    await expectClose(state, whole.state, tolerance, 'h');
  });

  it('keeps the laws of sequence layers', () =>
    verifySequenceLayer(() => new AttentiveRNN({ inputSize: 3, hiddenSize: 5, outputSize: 4 }), 3));
});
