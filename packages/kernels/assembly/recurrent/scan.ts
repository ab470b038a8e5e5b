/**
 * One call of a recurrent kernel over a batch of sequences. The wrapper in src/recurrent/scan.ts writes the fields in this order;
 * what lies below `workspace` is laid out by `layOut`.
 */

/** Which cell a scan runs. */
export const LSTM: i32 = 0;
export const GRU_RESET_AFTER: i32 = 1;
export const GRU_RESET_BEFORE: i32 = 2;
export const SIMPLE_TANH: i32 = 3;
export const SIMPLE_RELU: i32 = 4;

@unmanaged
export class Scan {
  cell: i32;
  batch: i32;
  time: i32;
  inputSize: i32;
  units: i32;
  /** Whether the last step comes first. */
  reverse: i32;
  /** The rows of dWeight and of dRecurrent to be summed: all, or one thread's part. */
  inputFrom: i32;
  inputTo: i32;
  unitFrom: i32;
  unitTo: i32;

  /** What both directions read: x [B,T,D], weight [D,G·U], recurrent [U,G·U], mask [B,T] bytes or 0, initial states [B,U]. */
  x: usize;
  weight: usize;
  bias: usize;
  recurrent: usize;
  recurrentBias: usize;
  mask: usize;
  h0: usize;
  c0: usize;

  /** What the way there writes: outputs [B,T,U], final states [B,U], and for the way back gates [B,T,·] and cells [B,T,U], or 0. */
  outputs: usize;
  h: usize;
  c: usize;
  gates: usize;
  cells: usize;

  /** What the way back reads and writes; dH and dC [B,U] hold the gradients of the final states and end as those of the initial ones. */
  dOutputs: usize;
  dH: usize;
  dC: usize;
  dX: usize; // 0 where nobody asks for it
  allErrors: usize; // [B,T,·] where the gradients of the weights are left to `scanSums`, else 0
  dWeight: usize;
  dBias: usize;
  dRecurrent: usize;
  dRecurrentBias: usize;

  workspace: usize;
  /** The table of steps: see steps.ts. */
  starts: usize;
  rows: usize;
  before: usize;
  /** Packed factors. */
  weights: usize;
  recurrents: usize;
  candidates: usize;
  /** Rows of a block of steps, one after another: inputs [·,D], projected [·,G·U], states before [·,U], errors [·,G'·U], kept [·,U]. */
  inputs: usize;
  projected: usize;
  states: usize;
  errors: usize;
  kept: usize;
  /** Rows of one step. */
  sums: usize;
  /** Sums of all errors [G'·U]. */
  totals: usize;
  /** For the products. */
  panels: usize;
  /** Floats from one saved row to the next: 0 where nothing is saved, and every row goes to one place. */
  gateStride: i32;
  cellStride: i32;
}

/** Errors of a step for each unit: of the sums, and for GRU_RESET_AFTER of the hidden sum that was reset. */
export function errorParts(cell: i32): i32 {
  return cell == LSTM || cell == GRU_RESET_AFTER ? 4 : cell == GRU_RESET_BEFORE ? 3 : 1;
}

/** Columns of the weights for each unit. */
export function gateCount(cell: i32): i32 {
  return cell == LSTM ? 4 : cell == GRU_RESET_AFTER || cell == GRU_RESET_BEFORE ? 3 : 1;
}

/** Whether two parts of the errors go back through two parts of the recurrent weights. */
@inline
export function hasTwoProducts(scan: Scan): bool {
  return scan.cell == GRU_RESET_AFTER || scan.cell == GRU_RESET_BEFORE;
}

/** The address of the float with this index. */
@inline
export function at(pointer: usize, index: i32): usize {
  return pointer + (<usize>index << 2);
}

/** Copies `count` floats. */
@inline
export function copy(target: usize, source: usize, count: i32): void {
  memory.copy(target, source, <usize>count << 2);
}

/** Sets `count` floats to 0. */
@inline
export function zero(target: usize, count: i32): void {
  memory.fill(target, 0, <usize>count << 2);
}
