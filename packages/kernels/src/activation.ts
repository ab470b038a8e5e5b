/** Activations of feed-forward networks and their gated kin. */
import type { Kernels } from './load.js';

export interface ActivationExports {
  activate(op: number, x: number, out: number, n: number): void;
  activateGradient(op: number, x: number, dY: number, dX: number, n: number): void;
  gate(op: number, x: number, out: number, rows: number, columns: number): void;
  gateGradient(op: number, x: number, dY: number, dX: number, rows: number, columns: number): void;
}

/** gelu with the error function, geluTanh its approximation, silu x·sigmoid(x). */
export type ActivationName = (typeof names)[number];
const names = ['relu', 'gelu', 'geluTanh', 'silu', 'sigmoid', 'identity'] as const;

/** out [n] = f(x). */
export function activate({ exports }: Kernels, f: ActivationName, x: number, out: number, n: number): void {
  exports.activate(names.indexOf(f), x, out, n);
}

/** dX [n] = dY·f'(x). */
export function activateGradient(
  { exports }: Kernels,
  f: ActivationName,
  { x, dY, dX }: { x: number; dY: number; dX: number },
  n: number,
): void {
  exports.activateGradient(names.indexOf(f), x, dY, dX, n);
}

/** out [rows,columns] = a·f(b) of x = [a, b] [rows,2·columns]. */
export function gate(
  { exports }: Kernels,
  f: ActivationName,
  { x, out }: { x: number; out: number },
  { rows, columns }: { rows: number; columns: number },
): void {
  exports.gate(names.indexOf(f), x, out, rows, columns);
}

/** dX [rows,2·columns] of `gate`. */
export function gateGradient(
  { exports }: Kernels,
  f: ActivationName,
  { x, dY, dX }: { x: number; dY: number; dX: number },
  { rows, columns }: { rows: number; columns: number },
): void {
  exports.gateGradient(names.indexOf(f), x, dY, dX, rows, columns);
}
