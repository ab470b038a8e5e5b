/** Ops with two lives: a meaning in tf ops that runs on any backend, and a fused kernel that takes over where one is registered. */
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from './errors.js';

export type Tensors<Names extends string> = Readonly<Record<Names, tf.Tensor>>;
export type Attributes = Readonly<Record<string, unknown>>;

export interface OpDefinition<Names extends string, Options extends Attributes> {
  /** The kernel name in tfjs' registry. */
  name: string;
  inputs: readonly Names[];
  /** How many tensors the op returns, 1 unless told. */
  outputs?: number;
  /** How many more the fused kernel returns after them, because its gradient wants them back; 0 unless told. */
  workspaces?: number;
  /** The meaning, in differentiable tf ops. */
  composed(inputs: Tensors<Names>, attributes: Options): tf.Tensor[];
  /** Goes back through the fused kernel: d(outputs), what went in and what the kernel returned (workspaces too) → d(inputs); inputs left out get none. */
  gradient?: Gradient<Names, Options>;
}

export type Gradient<Names extends string, Options extends Attributes> = (
  dys: tf.Tensor[],
  saved: { inputs: Tensors<Names>; outputs: tf.Tensor[] },
  attributes: Options,
) => { [Name in Names]?: () => tf.Tensor };

export interface Op<Names extends string, Options extends Attributes> {
  (inputs: Tensors<Names>, attributes: Options): tf.Tensor[];
  readonly opName: string;
  /** Always the composed form, for laws and comparisons. */
  readonly composed: (inputs: Tensors<Names>, attributes: Options) => tf.Tensor[];
  /** Whether a fused kernel is registered for the current backend. */
  fused(): boolean;
}

/**
 * Defines an op, once per process. A kernel registered under `name` (tfjs' own `registerKernel`, or `registerFused`) replaces
 * `composed` on its backend; the tape then uses `gradient`. Returns the op's outputs without the kernel's workspaces.
 */
export function defineOp<Names extends string, Options extends Attributes = Attributes>(
  definition: OpDefinition<Names, Options>,
): Op<Names, Options> {
  const { name, composed, gradient, outputs = 1 } = definition;
  if (gradient && !tf.getGradient(name)) tf.registerGradient(gradientConfig(definition, gradient));
  const fused = () => tf.getKernel(name, tf.getBackend()) !== undefined;
  const call = (inputs: Tensors<Names>, attributes: Options): tf.Tensor[] => {
    if (!fused()) return tf.tidy(() => composed(inputs, attributes));
    if (!gradient) throw new UsageError(name, 'a fused kernel is registered, but the op defines no gradient');
    const made = tf.engine().runKernel(name, inputs, attributes as unknown as tf.NamedAttrMap);
    return ([] as tf.Tensor[]).concat(made).slice(0, outputs);
  };
  return Object.assign(call, { opName: name, composed, fused });
}

/** The gradient in the form that tfjs' tape wants; it saves every input and every output. */
function gradientConfig<Names extends string, Options extends Attributes>(
  { name, inputs, outputs = 1, workspaces = 0 }: OpDefinition<Names, Options>,
  gradient: Gradient<Names, Options>,
): tf.GradConfig {
  return {
    kernelName: name,
    inputsToSave: [...inputs],
    outputsToSave: new Array<boolean>(outputs + workspaces).fill(true),
    gradFunc: (dys, saved, attributes) =>
      gradient(
        ([] as tf.Tensor[]).concat(dys).slice(0, outputs),
        {
          inputs: Object.fromEntries(inputs.map((input, i) => [input, saved[i]])) as Tensors<Names>,
          outputs: saved.slice(inputs.length),
        },
        attributes as unknown as Options,
      ) as Record<string, () => tf.Tensor>,
  };
}
