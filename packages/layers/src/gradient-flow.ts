/** Vanishing and exploding gradients, made visible. */
import type { Sequence, SequenceLayer } from '@seqloom/core';
import { isModule, knownOptions, type Module, OptionError, ShapeError, zeroPadding } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { sequenceShape } from './sequence-shape.js';

export interface GradientFlowOptions<S> {
  /** Whose parameters are looked at; those of `layer` unless told. */
  model?: Module;
  /** Any layer over sequences, or a cell in `Recurrent`. */
  layer: SequenceLayer<S>;
  /** What the layer reads [B,T,D]. */
  input: Sequence;
  /** From what the layer gives [B,T,U] to the loss: the rest of the model. */
  loss(output: Sequence): tf.Scalar;
}

/** Euclidean norms of the gradient of one loss. */
export interface GradientFlow {
  loss: number;
  /** Of each trainable parameter, by its path. */
  parameters: Record<string, number>;
  /** Of what the layer reads at each step, over all rows and features, [T]: how much of the loss finds its way back to that step; 0 at padding. */
  steps: number[];
}

/**
 * How far the gradient of a loss reaches back: its norm for every parameter and for every step of a layer's input. Behind h_t = f(h_{t−1}, x_t) the
 * gradient at x_t has come through all the states between t and the loss, so that norms which fall towards the first step vanish and norms which
 * grow explode (Pascanu et al., arXiv:1211.5063). Nothing is changed or kept. Throws OptionError and ShapeError.
 */
export async function gradientFlow<S>(options: GradientFlowOptions<S>): Promise<GradientFlow> {
  const where = 'gradientFlow';
  knownOptions(where, options, ['model', 'layer', 'input', 'loss']);
  const { layer, input, loss } = options;
  if (typeof layer?.forward !== 'function')
    throw new OptionError(where, '`layer` must have `forward`', { hint: 'a cell goes into `new Recurrent({ cell })`' });
  if (typeof loss !== 'function') throw new OptionError(where, '`loss` must be a function of what the layer gives');
  const model = options.model ?? (isModule(layer) ? layer : undefined);
  const parameters = model?.trainableVariables() ?? [];
  sequenceShape(where, input, (layer as { inputSize?: number }).inputSize);
  const measured = tf.tidy(() => {
    const { values, mask } = zeroPadding(input);
    const run = () => scalar(where, loss(layer.forward({ values, mask }).output));
    const variables = parameters.map(([, variable]) => variable);
    const { value, grads } = tf.engine().gradients(run, [values, ...variables], undefined, true);
    const [read, ...rest] = grads as (tf.Tensor | null)[];
    const ofParameters = rest.map((gradient) =>
      gradient ? norms(tf.reshape(gradient, [1, gradient.size])) : tf.zeros([1]),
    );
    const ofSteps = read ? norms(eachStep(read as tf.Tensor3D)) : tf.zeros([values.shape[1]]);
    return tf.concat([tf.reshape(value, [1]), ...ofParameters, ofSteps] as tf.Tensor1D[]);
  });
  try {
    const [value, ...found] = await measured.data();
    const paths = parameters.map(([path], i) => [path, found[i] as number]);
    return { loss: value as number, parameters: Object.fromEntries(paths), steps: found.slice(parameters.length) };
  } finally {
    measured.dispose();
  }
}

/** [B,T,D] → [T,B·D]. */
function eachStep(gradient: tf.Tensor3D): tf.Tensor2D {
  const [B, T, D] = gradient.shape;
  return tf.reshape(tf.transpose(gradient, [1, 0, 2]), [T, B * D]);
}

/** |row| of rows [R,N] → [R]. Squares are taken of shares of the largest number, since gradients that explode have none in float32. */
function norms(rows: tf.Tensor): tf.Tensor1D {
  const largest = tf.max(tf.abs(rows), 1, true);
  const unit = tf.minimum(tf.where(tf.greater(largest, 0), largest, 1), 3e38);
  const shares = tf.div(rows, unit);
  return tf.mul(tf.reshape(largest, [-1]), tf.sqrt(tf.sum(tf.square(shares), 1)));
}

function scalar(where: string, loss: tf.Scalar): tf.Scalar {
  if (loss instanceof tf.Tensor && loss.size === 1) return tf.reshape(loss, []);
  throw new ShapeError(
    where,
    `\`loss\` must give one number, got ${loss instanceof tf.Tensor ? `[${loss.shape}]` : typeof loss}`,
  );
}
