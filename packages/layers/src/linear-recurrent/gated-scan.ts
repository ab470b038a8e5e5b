/** The gated linear recurrences of minGRU, minLSTM, SRU and QRNN as one op: gates, memory and output in one pass over the sequence. */
import type { Attributes, FusedKernel, FusedPair, Op, Tensors } from '@seqloom/core';
import { chunks, defineOp } from '@seqloom/core';
import {
  type GateActivation,
  type GatedScanShape,
  type GateRule,
  gatedScanGradient,
  gatedScan as gatedScanKernel,
  gatedScanWidth,
} from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { linearScan } from '../state-space/linear-scan.js';
import { copyOf } from '../state-space/workspace.js';

export type GatedScanInput = 'gates' | 'mask' | 'initial';

/** c' = a⊙c + w⊙v: `rule` makes a and w of the first gates, `candidate` makes v; the output is c, or σ(o)⊙output(c) where `output` is given. */
export interface GatedEquations {
  rule: GateRule;
  candidate: GateActivation;
  output?: GateActivation;
}

export type GatedScanAttributes = Attributes & GatedEquations & { reverse: boolean };

/** gates [B,T,G·U] (forget, input where it is one of its own, candidate, output), mask [B,T] bool, initial [B,U] → [output [B,T,U], last c [B,U]]. */
export const gatedScan: Op<GatedScanInput, GatedScanAttributes> = defineOp({
  name: 'GatedScan',
  inputs: ['gates', 'mask', 'initial'],
  outputs: 2,
  workspaces: 1,
  composed: composedScan,
  fused: kernels(['gates', 'initial']),
});

/** As `gatedScan` with an output gate that lets `skip` [B,T,U] through where it is closed: skip + σ(o)⊙(output(c) − skip). */
export const highwayScan: Op<GatedScanInput | 'skip', GatedScanAttributes> = defineOp({
  name: 'HighwayScan',
  inputs: ['gates', 'mask', 'initial', 'skip'],
  outputs: 2,
  workspaces: 1,
  composed: composedScan,
  fused: kernels(['gates', 'initial', 'skip']),
});

/** Columns of gates for each unit. */
export function gatesPerUnit({ rule, output }: GatedEquations): number {
  return gatedScanWidth(rule, output);
}

function composedScan(inputs: Tensors<GatedScanInput> & { skip?: tf.Tensor }, attributes: GatedScanAttributes) {
  const { gates, mask, initial, skip } = inputs;
  const { candidate, output, reverse } = attributes;
  const parts = chunks(gates, gatesPerUnit(attributes), 2);
  const value = activated(candidate, parts.at(output === undefined ? -1 : -2)!);
  const [decay, weight] = shares(attributes.rule, parts);
  const input = tf.mul(weight, value);
  const [memories, last] = linearScan.composed({ decay, input, mask, initial }, { reverse }) as [tf.Tensor, tf.Tensor];
  if (output === undefined) return [memories, last];
  const [open, shown] = [tf.sigmoid(parts.at(-1)!), activated(output, memories)];
  const mixed = skip ? tf.add(skip, tf.mul(open, tf.sub(shown, skip))) : tf.mul(open, shown);
  const real = tf.reshape(mask, [...mask.shape, 1]);
  return [tf.where(real, mixed, tf.scalar(0)), last];
}

/** What is kept of the memory, and what is taken of the candidate. */
function shares(rule: GateRule, [first, second]: readonly tf.Tensor[]): [tf.Tensor, tf.Tensor] {
  if (rule === 'update') return [tf.sigmoid(tf.neg(first!)), tf.sigmoid(first!)];
  if (rule === 'forget') return [tf.sigmoid(first!), tf.sigmoid(tf.neg(first!))];
  const [forget, input] = [tf.sigmoid(first!), tf.sigmoid(second!)];
  if (rule === 'independent') return [forget, input];
  const sum = tf.add(forget, input);
  return [tf.div(forget, sum), tf.div(input, sum)];
}

function activated(kind: GateActivation, x: tf.Tensor): tf.Tensor {
  if (kind === 'tanh') return tf.tanh(x);
  if (kind === 'linear') return x;
  return tf.add(tf.relu(x), tf.sigmoid(tf.neg(tf.relu(tf.neg(x)))));
}

function kernels<Names extends GatedScanInput | 'skip'>(differentiable: readonly Names[]): FusedPair<Names> {
  return {
    forward(tensors, attributes, workspace) {
      const shape = shapeOf(tensors, attributes);
      const { batch, time, units, output } = shape;
      const outputs = workspace.output([batch, time, units]);
      const final = workspace.output([batch, units]);
      const memories = output === undefined ? outputs : workspace.output([batch, time, units]);
      gatedScanKernel(workspace.kernels, shape, pointers(tensors, workspace), {
        ...{ outputs: outputs.pointer, final: final.pointer, memories: memories.pointer },
      });
      return output === undefined || !attributes.forGradient ? [outputs, final] : [outputs, final, memories];
    },
    backward(tensors, attributes, workspace) {
      const shape = shapeOf(tensors, attributes);
      const made: Record<string, ReturnType<Workspace['output']>> = {
        gates: workspace.output([...tensors.gates!.shape]),
        initial: copyOf(workspace, tensors.dy1!),
        ...(tensors.skip && { skip: workspace.output([...tensors.skip.shape]) }),
      };
      const memories = workspace.input(shape.output === undefined ? tensors.out0! : tensors.out2!);
      const read = { ...pointers(tensors, workspace), memories, dOutputs: workspace.input(tensors.dy0!) };
      const at = (name: string) => made[name]?.pointer ?? 0;
      const written = { dGates: at('gates'), dSkip: at('skip'), dState: at('initial') };
      gatedScanGradient(workspace.kernels, shape, read, written);
      return differentiable.map((name) => made[name]!);
    },
    differentiable,
  };
}

type Inputs = Parameters<FusedKernel>[0];
type Workspace = Parameters<FusedKernel>[2];

function shapeOf({ gates, initial }: Inputs, attributes: Attributes): GatedScanShape {
  const [batch, time] = gates!.shape as [number, number];
  const { rule, candidate, output, reverse } = attributes as GatedScanAttributes;
  return { batch, time, units: initial!.shape[1]!, rule, candidate, output, reverse };
}

function pointers({ gates, skip, mask, initial }: Inputs, { input }: Workspace) {
  return { gates: input(gates!), skip: skip ? input(skip) : 0, mask: input(mask!), initial: input(initial!) };
}
