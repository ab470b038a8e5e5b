/**
 * State spaces of N numbers for each of D channels: the states of a sequence, T times as many, are never all in memory. The way there keeps one state
 * in SEGMENT; the way back computes a segment's states again. A masked step changes no state and gives 0.
 */
import { advanceDiagonal, retreatDiagonal } from './diagonal';
import { advanceSelective, finishSelective, retreatSelective } from './selective';
import { StateSpace } from './state-space-call';
import { isReal } from './steps';

const SEGMENT: i32 = 16;
const SELECTIVE: i32 = 1;

/** Bytes of one sequence's state. */
@inline
function stateBytes(space: StateSpace): usize {
  return <usize>(space.modes * space.channels * (space.kind == SELECTIVE ? 1 : 2)) << 2;
}

/** How many states are kept of a sequence. */
export function stateSpaceKept(time: i32): i32 {
  return (time + SEGMENT - 1) / SEGMENT;
}

/** A segment's states, its decays, and two sums of four lanes for each mode. */
export function stateSpaceWorkspace(call: usize): usize {
  const space = changetype<StateSpace>(call);
  return (2 * SEGMENT + 1) * stateBytes(space) + (<usize>space.modes << 5);
}

export function stateSpaceForward(call: usize): void {
  const space = changetype<StateSpace>(call), bytes = stateBytes(space), line = <usize>space.channels << 2;
  let kept = space.kept;
  for (let b = 0; b < space.batch; b++) {
    const state = space.final + <usize>b * bytes;
    memory.copy(state, space.initial + <usize>b * bytes, bytes);
    for (let t = 0; t < space.time; t++) {
      if (kept != 0 && t % SEGMENT == 0) {
        memory.copy(kept, state, bytes);
        kept += bytes;
      }
      const row = b * space.time + t;
      if (isReal(space.mask, row)) advance(space, row, state, state, 0, space.y + <usize>row * line);
      else memory.fill(space.y + <usize>row * line, 0, line);
    }
  }
}

/** One step: writes the state after it, its decays where asked, and what it gives. */
@inline
function advance(space: StateSpace, row: i32, before: usize, after: usize, decays: usize, y: usize): void {
  if (space.kind == SELECTIVE) advanceSelective(space, row, before, after, decays, y);
  else advanceDiagonal(space, row, before, after, y);
}

export function stateSpaceBackward(call: usize): void {
  const space = changetype<StateSpace>(call), bytes = stateBytes(space), segments = stateSpaceKept(space.time);
  memory.fill(space.dRates, 0, bytes);
  if (space.kind != SELECTIVE) memory.fill(space.dOutput, 0, bytes);
  for (let b = 0; b < space.batch; b++) {
    for (let segment = segments - 1; segment >= 0; segment--) {
      const first = b * space.time + segment * SEGMENT, last = b * space.time + min(space.time, (segment + 1) * SEGMENT);
      memory.copy(space.workspace, space.kept + <usize>(b * segments + segment) * bytes, bytes);
      backThrough(space, b, first, last, bytes);
    }
  }
}

/** Rows [first, last) of sequence b, whose first state stands in the workspace. */
function backThrough(space: StateSpace, b: i32, first: i32, last: i32, bytes: usize): void {
  const decays = space.workspace + (SEGMENT + 1) * bytes, sums = space.workspace + (2 * SEGMENT + 1) * bytes;
  let state = space.workspace, decay = decays;
  for (let row = first; row < last; row++) {
    if (!isReal(space.mask, row)) continue;
    advance(space, row, state, state + bytes, decay, 0);
    state += bytes, decay += bytes;
  }
  const dState = space.dState + <usize>b * bytes;
  for (let row = last - 1; row >= first; row--) {
    if (!isReal(space.mask, row)) {
      forgetRow(space, row);
      continue;
    }
    state -= bytes, decay -= bytes;
    if (space.kind == SELECTIVE) {
      memory.fill(sums, 0, <usize>space.modes << 5);
      retreatSelective(space, row, state, state + bytes, decay, dState, sums);
      finishSelective(space, row, sums);
    } else retreatDiagonal(space, row, state, state + bytes, dState);
  }
}

/** Gradients of a masked step: 0. */
function forgetRow(space: StateSpace, row: i32): void {
  const line = <usize>space.channels << 2, modes = <usize>space.modes << 2;
  memory.fill(space.dX + <usize>row * line, 0, line);
  if (space.kind != SELECTIVE) return;
  memory.fill(space.dSteps + <usize>row * line, 0, line);
  memory.fill(space.dInput + <usize>row * modes, 0, modes);
  memory.fill(space.dOutput + <usize>row * modes, 0, modes);
}
