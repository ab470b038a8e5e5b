/** The wrapper in src/scan/state-space.ts writes the fields in this order. */
@unmanaged
export class StateSpace {
  kind: i32;
  batch: i32;
  time: i32;
  channels: i32;
  modes: i32;
  /** What both directions read: x [B,T,D], A [N,D] or λ [2,N,D], C [B,T,N] or [2,N,D], and for the selective kind Δ [B,T,D] and B [B,T,N]. */
  x: usize;
  rates: usize;
  output: usize;
  steps: usize;
  input: usize;
  mask: usize;
  initial: usize;
  /** What the way there writes: y [B,T,D], the last state, and the kept states [B,⌈T/SEGMENT⌉,…] or nothing. */
  y: usize;
  final: usize;
  kept: usize;
  /** What the way back reads and writes; dState holds the gradient of the last state and ends as that of the first. */
  dY: usize;
  dState: usize;
  dX: usize;
  dRates: usize;
  dOutput: usize;
  dSteps: usize;
  dInput: usize;
  /** Of `stateSpaceWorkspace` bytes, for the way back. */
  workspace: usize;
}
