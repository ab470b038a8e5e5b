/** Gradient checkpointing (arXiv:1604.06174): the tape keeps the states between segments of time, and the way back computes each segment once more. */
import type { Module, Rng, Sequence } from '@seqloom/core';
import { count, mapState, stateTensors, UsageError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { ownGradients, withGradient } from './checkpointed-gradients.js';

/** True: about √T segments, which needs the least memory; a number: so many. */
export type Checkpoint = boolean | number;

/** A recurrence whose gradient is to be computed piece by piece. */
export interface Recurrence<S> {
  /** Holds every variable and every random stream that `run` uses. */
  readonly owner: Module;
  /** input [B,T,D] → output [B,T,U] and the last state; it depends on nothing differentiable but its arguments and the owner's variables. */
  run(input: Sequence, initial: S): Ran<S>;
}

export interface Ran<S> {
  output: tf.Tensor3D;
  state: S;
}

/**
 * What `run` gives for input [B,T,D], with the same gradients. Besides input and output the tape keeps one state a segment; random draws
 * are repeated on the way back as they were. Throws UsageError when the gradient is to be differentiated again.
 */
export function checkpointed<S>(
  recurrence: Recurrence<S>,
  input: Sequence,
  initial: S,
  checkpoint: true | number,
): Ran<S> {
  const variables = Array.from(recurrence.owner.namedVariables(), ([, variable]) => variable);
  const starts = stateTensors(initial);
  const trip: Trip<S> = { ...recurrence, input, initial, variables };
  let segments: Segment[] = [];
  const [output, ...last] = withGradient([input.values, ...starts, ...variables], {
    forward(save) {
      const found = ahead(trip, checkpoint);
      segments = found.segments;
      save([input.values, input.mask, ...segments.flatMap(({ start }) => start)]);
      return found.outputs;
    },
    backward: (dys, saved, wanted) => back(trip, segments, { dys, saved, wanted }),
  });
  return { output: output as tf.Tensor3D, state: rebuilt(initial, last) };
}

/** Checks the option. */
export function checkpointOf(where: string, checkpoint: Checkpoint): Checkpoint {
  return typeof checkpoint === 'boolean' ? checkpoint : count(where, 'checkpoint', checkpoint);
}

/** One call of a recurrence. */
interface Trip<S> extends Recurrence<S> {
  readonly input: Sequence;
  readonly initial: S;
  readonly variables: readonly tf.Variable[];
}

/** Steps `from` to `from + size`. */
interface Segment {
  readonly from: number;
  readonly size: number;
  /** The tensors of the state before it. */
  readonly start: readonly tf.Tensor[];
  /** The states of the owner's random streams before it. */
  readonly draws: readonly (readonly number[])[];
}

/** Runs segment after segment, each in a tidy that leaves its output and its last state. */
function ahead<S>({ owner, run, input, initial }: Trip<S>, checkpoint: true | number) {
  const T = input.values.shape[1];
  const length = Math.ceil(T / (checkpoint === true ? Math.ceil(Math.sqrt(T)) : checkpoint));
  const segments: Segment[] = [];
  const outputs: tf.Tensor[] = [];
  let state = initial;
  for (let from = 0; from < T; from += length) {
    const size = Math.min(length, T - from);
    const draws = streamsOf(owner).map((stream) => stream.state);
    segments.push({ from, size, start: stateTensors(state), draws });
    const [output, ...last] = tf.tidy(() => tensorsOf(run(part(input, from, size), state)));
    outputs.push(output!);
    state = rebuilt(initial, last);
  }
  return { outputs: [tf.concat(outputs, 1), ...stateTensors(state)], segments };
}

/** The gradients of values (where wanted), initial state and variables; the last segment comes first. */
function back<S>(trip: Trip<S>, segments: readonly Segment[], { dys, saved, wanted }: WayBack) {
  if (tf.engine().isTapeOn()) throw noSecondDerivative();
  const [values, mask, ...starts] = saved as [tf.Tensor3D, tf.Tensor2D, ...tf.Tensor[]];
  const [dOutput, ...dLast] = dys as [tf.Tensor3D, ...tf.Tensor[]];
  const states = dLast.length;
  let [dState, dVariables]: [tf.Tensor[], tf.Tensor[]] = [dLast, []];
  const dValues: tf.Tensor[] = [];
  for (const [i, { from, size, draws }] of [...segments.entries()].reverse()) {
    const found = tf.tidy(() => {
      const here = part({ values, mask }, from, size);
      const start = starts.slice(i * states, (i + 1) * states);
      const again = () => repeat(trip.owner, draws, () => tensorsOf(trip.run(here, rebuilt(trip.initial, start))));
      const inputs = wanted ? [...start, here.values] : start;
      const dPart = [tf.slice(dOutput, [0, from], [-1, size]), ...dState];
      const all = ownGradients(again, inputs, trip.variables, dPart);
      const own = all.slice(inputs.length);
      return {
        dState: all.slice(0, states),
        dValues: all.slice(states, inputs.length),
        dVariables: dVariables.length > 0 ? added(own, dVariables) : own,
      };
    });
    // A formula that frees: what a gradient function makes lives until the tape ends, so each segment would leave a gradient of every variable.
    if (dState !== dLast) tf.dispose([dState, dVariables]);
    dValues.unshift(...found.dValues);
    ({ dState, dVariables } = found);
  }
  return [wanted ? tf.concat(dValues, 1) : undefined, ...dState, ...dVariables];
}

interface WayBack {
  /** The gradients of output and last state. */
  readonly dys: readonly tf.Tensor[];
  readonly saved: readonly tf.Tensor[];
  /** Whether the gradient of the input is. */
  readonly wanted: boolean;
}

function noSecondDerivative(): UsageError {
  return new UsageError('Recurrent.forward', 'with `checkpoint` the layer has no second derivative', {
    hint: 'the states between segments come about off the tape: leave `checkpoint` out',
  });
}

/** Draws again what was drawn, and leaves the streams as they are. */
function repeat<T>(owner: Module, draws: Segment['draws'], f: () => T): T {
  const streams = streamsOf(owner);
  const now = streams.map((stream) => stream.state);
  const setAll = (states: Segment['draws']) => {
    for (const [i, stream] of streams.entries()) stream.state = states[i]!;
  };
  setAll(draws);
  try {
    return f();
  } finally {
    setAll(now);
  }
}

function streamsOf(owner: Module): Rng[] {
  return Array.from(owner.namedStreams(), ([, stream]) => stream);
}

function part({ values, mask }: Sequence, from: number, size: number): Sequence {
  return { values: tf.slice(values, [0, from], [-1, size]), mask: tf.slice(mask, [0, from], [-1, size]) };
}

function tensorsOf<S>({ output, state }: Ran<S>): tf.Tensor[] {
  return [output, ...stateTensors(state)];
}

/** A state of the same structure made of these tensors. */
function rebuilt<S>(like: S, tensors: readonly tf.Tensor[]): S {
  let next = 0;
  return mapState(() => tensors[next++]!, like);
}

function added(a: readonly tf.Tensor[], b: readonly tf.Tensor[]): tf.Tensor[] {
  return a.map((tensor, i) => tf.add(tensor, b[i]!));
}
