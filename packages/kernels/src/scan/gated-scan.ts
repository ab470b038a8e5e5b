/** Gated linear recurrences whose gates do not see the state: minGRU, minLSTM, SRU, QRNN. */
import type { Kernels } from '../load.js';

export interface GatedScanExports {
  gatedScan(
    ...parameters: [
      ...inputs: [gates: number, skip: number, mask: number, initial: number],
      ...outputs: [outputs: number, memories: number, final: number],
      ...shape: Shape,
    ]
  ): void;
  gatedScanGradient(
    ...parameters: [
      ...inputs: [gates: number, skip: number, mask: number, initial: number, memories: number, dOutputs: number],
      ...gradients: [dState: number, dGates: number, dSkip: number],
      ...shape: Shape,
    ]
  ): void;
}

type Shape = [
  ...[batch: number, time: number, units: number],
  ...[rule: number, candidate: number, output: number, reverse: number],
];

/**
 * How c' = a⊙c + w⊙v gets a and w: 'update', w = σ(first gate) and a = 1 − w; 'forget', a = σ(first) and w = 1 − a; 'independent',
 * a = σ(first) and w = σ(second); 'normalized', the same divided by their sum.
 */
export type GateRule = keyof typeof rules;
const rules = { update: 0, forget: 1, independent: 2, normalized: 3 } as const;

/** 'positive' is x + ½ above 0 and σ(x) below. */
export type GateActivation = keyof typeof activations;
const activations = { linear: 0, tanh: 1, positive: 2 } as const;

/** B sequences of T steps of U units. */
export interface GatedScanShape {
  batch: number;
  time: number;
  units: number;
  rule: GateRule;
  /** What makes v of the candidate. */
  candidate: GateActivation;
  /** What becomes of c before the output gate; without one the output is c. */
  output?: GateActivation | undefined;
  /** Whether time runs from the last step to the first. */
  reverse: boolean;
}

/** Columns of gates for each unit: forget, input where it is a gate of its own, candidate, output where there is one. */
export function gatedScanWidth(rule: GateRule, output: GateActivation | undefined): number {
  return 2 + Number(rules[rule] > rules.forget) + Number(output !== undefined);
}

/** Pointers to gates [B,T,G·U] before activation, skip [B,T,U] or 0, mask [B,T] bytes (1 = real; 0 for all) and initial [B,U]. */
export interface GatedScanInputs {
  gates: number;
  skip: number;
  mask: number;
  initial: number;
}

/** outputs [B,T,U] = skip + σ(o)⊙(f(c) − skip), memories c [B,T,U] (the same place where there is no output gate) and final c [B,U]. */
export function gatedScan(
  { exports }: Kernels,
  shape: GatedScanShape,
  { gates, skip, mask, initial }: GatedScanInputs,
  { outputs, memories, final }: { outputs: number; memories: number; final: number },
): void {
  exports.gatedScan(gates, skip, mask, initial, outputs, memories, final, ...numbers(shape));
}

/** Pointers to gradients in the shapes of what they belong to; dState [B,U] holds that of the final state and ends as that of the initial one. */
export interface GatedScanGradients {
  dGates: number;
  dSkip: number;
  dState: number;
}

/** The way back from memories and dOutputs [B,T,U]. */
export function gatedScanGradient(
  { exports }: Kernels,
  shape: GatedScanShape,
  { gates, skip, mask, initial, memories, dOutputs }: GatedScanInputs & { memories: number; dOutputs: number },
  { dGates, dSkip, dState }: GatedScanGradients,
): void {
  exports.gatedScanGradient(
    ...([gates, skip, mask, initial, memories, dOutputs] as const),
    ...([dState, dGates, dSkip] as const),
    ...numbers(shape),
  );
}

function numbers({ batch, time, units, rule, candidate, output, reverse }: GatedScanShape): Shape {
  const shown = output === undefined ? -1 : activations[output];
  return [batch, time, units, rules[rule], activations[candidate], shown, Number(reverse)];
}
