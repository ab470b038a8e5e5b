/** Linear recurrences whose factors do not see the state: h' = a⊙h + b. */
import type { Kernels } from '../load.js';

export interface LinearScanExports {
  linearScan(
    ...parameters: [
      ...inputs: [decay: number, input: number, mask: number, initial: number],
      ...outputs: [states: number, final: number],
      ...shape: Shape,
    ]
  ): void;
  linearScanGradient(
    ...parameters: [
      ...inputs: [decay: number, mask: number, initial: number, states: number, dStates: number],
      ...gradients: [dState: number, dDecay: number, dInput: number],
      ...shape: Shape,
    ]
  ): void;
}

type Shape = [batch: number, time: number, units: number, decayStep: number, reverse: number, complex: number];

/** B sequences of T steps of U units; where `complex`, rows hold U real parts and then U imaginary ones. */
export interface LinearScanShape {
  batch: number;
  time: number;
  units: number;
  complex: boolean;
  /** Whether every step has the same decay. */
  constant: boolean;
  /** Whether time runs from the last step to the first. */
  reverse: boolean;
}

/** Pointers to what both directions read: decay [B,T,U], or [U] where it is constant, mask [B,T] bytes (1 = real; 0 for all) and initial [B,U]. */
export interface LinearScanInputs {
  decay: number;
  mask: number;
  initial: number;
}

/** states [B,T,U] (0 at masked steps) and final [B,U] of h' = decay⊙h + input [B,T,U]. */
export function linearScan(
  { exports }: Kernels,
  shape: LinearScanShape,
  inputs: LinearScanInputs & { input: number },
  { states, final }: { states: number; final: number },
): void {
  const { decay, input, mask, initial } = inputs;
  exports.linearScan(decay, input, mask, initial, states, final, ...numbers(shape));
}

/** Pointers to gradients in the shapes of what they belong to; dState [B,U] holds that of the final state and ends as that of the initial one. */
export interface LinearScanGradients {
  dDecay: number;
  dInput: number;
  dState: number;
}

/** The way back from states and dStates [B,T,U]. */
export function linearScanGradient(
  { exports }: Kernels,
  shape: LinearScanShape,
  { decay, mask, initial, states, dStates }: LinearScanInputs & { states: number; dStates: number },
  { dDecay, dInput, dState }: LinearScanGradients,
): void {
  exports.linearScanGradient(decay, mask, initial, states, dStates, dState, dDecay, dInput, ...numbers(shape));
}

function numbers({ batch, time, units, complex, constant, reverse }: LinearScanShape): Shape {
  const width = complex ? 2 * units : units;
  return [batch, time, units, constant ? 0 : width, Number(reverse), Number(complex)];
}
