/** Ops with two lives: a meaning in tf ops that runs on any backend, and a fused kernel that takes over where one is registered. */
import * as tf from '@tensorflow/tfjs-core';
import { type FusedKernel, registerFused } from './backend/fused.js';
import { isTapeOn } from './backend/tape.js';
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
  /** The kernels for cpu and wasm, where the op has them; other backends compute the composed form. */
  fused?: FusedPair<Names>;
  /** Goes back through a kernel that somebody registers under `name`; `fused` brings its own. Inputs left out get no gradient. */
  gradient?: Gradient<Names, Options>;
}

/** Both directions of an op over raw memory; an op without `backward` cannot be differentiated where it is fused. */
export interface FusedPair<Names extends string> {
  /** Inputs by name → the outputs, then the workspaces, which it may leave out where the attribute `forGradient` is false. */
  forward: FusedKernel;
  /**
   * The inputs by name, what `forward` returned as `out0`, `out1`… and d(outputs) as `dy0`, `dy1`… → the gradients of `differentiable`,
   * or only of those that the attribute `wanted` lists.
   */
  backward?: FusedKernel;
  /** In the order of the inputs. What comes before the first input that the tape asks for is not wanted: so put costly ones first. */
  differentiable?: readonly Names[];
}

export type Gradient<Names extends string, Options extends Attributes> = (
  dys: tf.Tensor[],
  saved: { inputs: Tensors<Names>; outputs: tf.Tensor[]; keep(tensor: tf.Tensor): tf.Tensor },
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
  const { name, composed } = definition;
  const gradient = definition.fused ? registerPair(name, definition.fused) : definition.gradient;
  const fused = () => tf.getKernel(name, tf.getBackend()) !== undefined;
  const call = (inputs: Tensors<Names>, attributes: Options): tf.Tensor[] => {
    if (!fused()) return tf.tidy(() => composed(inputs, attributes));
    if (!gradient && !definition.fused) {
      throw new UsageError(name, 'a fused kernel is registered, but the op defines no gradient');
    }
    const whole = definition.fused?.differentiable?.filter((input) => inputs[input].dtype !== 'float32') ?? [];
    if (whole.length > 0) return tf.tidy(() => call(asFloats(inputs, whole), attributes));
    return runFused(definition, gradient, inputs, attributes);
  };
  return Object.assign(call, { opName: name, composed, fused });
}

/** Kernels read what they can differentiate as float32: whole numbers and truth values (one-hot rows, counts) become such. */
function asFloats<Names extends string>(inputs: Tensors<Names>, names: readonly Names[]): Tensors<Names> {
  return { ...inputs, ...Object.fromEntries(names.map((name) => [name, tf.cast(inputs[name], 'float32')])) };
}

/** What the tape saves is the kernel's business: workspaces are no outputs, for which the tape would make gradients of zeros. */
function runFused<Names extends string, Options extends Attributes>(
  definition: OpDefinition<Names, Options>,
  gradient: Gradient<Names, Options> | undefined,
  inputs: Tensors<Names>,
  attributes: Options,
): tf.Tensor[] {
  const { name, inputs: names, outputs = 1 } = definition;
  const forGradient = gradient !== undefined && isTapeOn();
  const attrs = { ...attributes, forGradient } as unknown as tf.NamedAttrMap;
  const run = () => ([] as tf.Tensor[]).concat(tf.engine().runKernel(name, inputs, attrs));
  if (!forGradient) return keepFirst(run(), outputs);
  return (tf.engine() as unknown as CustomGradients).runKernelFunc({
    inputs: Object.fromEntries(names.map((input) => [input, inputs[input]])), // the tape asks for gradients in this order
    forwardFunc(_, save) {
      const made = run();
      save([...names.map((input) => inputs[input]), ...made]);
      return made.slice(0, outputs);
    },
    backwardsFunc(dys, saved) {
      const given = Object.fromEntries(names.map((input, i) => [input, saved[i]])) as Tensors<Names>;
      const own = ([] as tf.Tensor[]).concat(dys);
      if (isTapeOn()) return throughComposed(definition, own, given, attributes) as Backward;
      const keep = (tensor: tf.Tensor) => {
        saved.push(tensor); // the tape disposes it in the end
        return tf.keep(tensor);
      };
      return gradient(own, { inputs: given, outputs: saved.slice(names.length), keep }, attributes) as Backward;
    },
  });
}

/** tfjs' own way of several outputs with one gradient, which `tf.customGrad` offers for a single output only. */
interface CustomGradients {
  runKernelFunc(call: {
    inputs: Readonly<Record<string, tf.Tensor>>;
    forwardFunc(backend: tf.KernelBackend, save: (tensors: tf.Tensor[]) => void): tf.Tensor[];
    backwardsFunc(dys: tf.Tensor | tf.Tensor[], saved: tf.Tensor[]): Backward;
  }): tf.Tensor[];
}

type Backward = Readonly<Record<string, () => tf.Tensor>>;

function keepFirst(tensors: tf.Tensor[], count: number): tf.Tensor[] {
  tf.dispose(tensors.slice(count));
  return tensors.slice(0, count);
}

/** The gradient as the tape finds it in the composed form, so that it can be differentiated itself. */
function throughComposed<Names extends string, Options extends Attributes>(
  { inputs, composed }: OpDefinition<Names, Options>,
  dys: tf.Tensor[],
  given: Tensors<Names>,
  options: Options,
): { [Name in Names]?: () => tf.Tensor } {
  const names = inputs.filter((input) => given[input].dtype === 'float32');
  const run = (...xs: tf.Tensor[]) => {
    const moved = Object.fromEntries(names.map((input, i) => [input, xs[i]]));
    const made = composed({ ...given, ...moved }, options);
    return tf.addN(made.map((output, i) => tf.sum(tf.mul(output, dys[i] as tf.Tensor)))) as tf.Scalar;
  };
  const xs = names.map((input) => given[input]);
  const { grads } = tf.engine().gradients(() => run(...xs), xs, undefined, true);
  const entries = names.map((input, i) => [input, () => grads[i] ?? tf.zerosLike(given[input])]);
  return Object.fromEntries(entries) as { [Name in Names]?: () => tf.Tensor };
}

/** Registers both kernels. The backward one runs when the tape asks for a first gradient, and the tape keeps what it found for the others. */
function registerPair<Names extends string, Options extends Attributes>(
  name: string,
  { forward, backward, differentiable = [] }: FusedPair<Names>,
): Gradient<Names, Options> | undefined {
  const backwardName = `${name}Gradient`;
  registerFused(name, forward);
  if (!backward) return undefined;
  registerFused(backwardName, backward);
  return (dys, { inputs, outputs, keep }, attributes) => {
    const given = { ...inputs, ...numbered('out', outputs), ...numbered('dy', dys) };
    const found = new Map<Names, tf.Tensor>();
    const gradientOf = (input: Names) => {
      if (!found.has(input)) {
        const wanted = differentiable.slice(differentiable.indexOf(input));
        const attrs = { ...attributes, wanted } as unknown as tf.NamedAttrMap;
        const made = ([] as tf.Tensor[]).concat(tf.engine().runKernel(backwardName, given, attrs));
        const names = made.length === wanted.length ? wanted : differentiable;
        for (const [i, each] of names.entries()) found.set(each, keep(made[i] as tf.Tensor));
      }
      return tf.clone(found.get(input) as tf.Tensor);
    };
    return Object.fromEntries(differentiable.map((input) => [input, () => gradientOf(input)])) as {
      [Name in Names]?: () => tf.Tensor;
    };
  };
}

function numbered(prefix: string, tensors: readonly tf.Tensor[]): Record<string, tf.Tensor> {
  return Object.fromEntries(tensors.map((tensor, i) => [`${prefix}${i}`, tensor]));
}
