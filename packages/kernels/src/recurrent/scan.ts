/** Recurrent networks over whole sequences, their input's projection included: forward and backward. */
import type { Kernels } from '../load.js';
import { integers, scope } from '../memory.js';
import { type Call, type Range, ranges, runAll } from '../threads/run-all.js';

export interface ScanExports {
  layOutForward: LayOut;
  layOutBackward: LayOut;
  layOutSums: LayOut;
  scanForward(scan: number): void;
  scanBackward(scan: number): void;
  scanSums(scan: number): void;
}

/** Bytes of workspace, when laid out from 0. */
type LayOut = (scan: number, base: number) => number;

/** Which cell runs; the equations, and the order of gates in weights, stand in assembly/recurrent/. */
export type ScanCell = keyof typeof cells;

/** By cell: its number, columns of its weights for each unit, and numbers that it saves for each step and unit. */
const cells = {
  lstm: [0, 4, 4],
  gruResetAfter: [1, 3, 4],
  gruResetBefore: [2, 3, 3],
  simpleTanh: [3, 1, 0],
  simpleRelu: [4, 1, 0],
} as const;

/** G: columns of a cell's weights for each unit. */
export function gateCount(cell: ScanCell): number {
  return cells[cell][1];
}

/** S: numbers that the way there saves of its gates for each step and unit. */
export function savedGates(cell: ScanCell): number {
  return cells[cell][2];
}

/** B sequences of T steps: D features in, U units out. */
export interface ScanShape {
  batch: number;
  time: number;
  inputSize: number;
  units: number;
  /** Whether time runs from the last step to the first. */
  reverse?: boolean;
}

/** Pointers to what both directions read. */
export interface ScanInputs {
  /** [B,T,D]; masked places are not read. */
  x: number;
  /** [D,G·U] */
  weight: number;
  /** [G·U] */
  bias: number;
  /** [U,G·U] */
  recurrent: number;
  /** [3U], for gruResetAfter. */
  recurrentBias?: number;
  /** [B,T] bytes, 1 = real; 0 stands for "every step is real". */
  mask: number;
  /** [B,U] */
  h0: number;
  /** [B,U], for lstm. */
  c0?: number;
}

/** Pointers to what the way there writes. */
export interface ScanOutputs {
  /** [B,T,U], 0 at masked steps, which carry the state over. */
  outputs: number;
  /** The final state [B,U]. */
  h: number;
  /** The final memory [B,U], for lstm. */
  c?: number;
  /** For the way back, [B,T,S·U]; masked places stay as they were. Where there will be none, leave it out. */
  gates?: number;
  /** The same for the memories of lstm, [B,T,U]. */
  cells?: number;
}

/** Pointers to what the way back reads besides the inputs. */
export interface ScanSaved extends Pick<ScanOutputs, 'outputs' | 'gates' | 'cells'> {
  dOutputs: number;
}

/** Pointers to the gradients that the way back writes, in the shapes of what they belong to. */
export interface ScanGradients {
  /** Left out where nobody asks for it: it costs as much as the projection. */
  dX?: number;
  dWeight: number;
  dBias: number;
  dRecurrent: number;
  dRecurrentBias?: number;
  /** Holds the gradient of the final state and ends as that of h0. */
  dH: number;
  /** The same for the memory. */
  dC?: number;
}

/** Reads the inputs, writes the outputs. */
export function scanForward(kernels: Kernels, cell: ScanCell, shape: ScanShape, p: ScanInputs & ScanOutputs): void {
  scope(kernels.memory, (allocate) => {
    const calls = byBatch(kernels, cell, shape).map((rows) => {
      return callFor(kernels, allocate, 'scanForward', { cell, shape, pointers: p, rows });
    });
    runAll(kernels, calls);
  });
}

/** Reads the inputs and what the way there wrote, writes the gradients. Threads sum in the order in which one alone would. */
export function scanBackward(
  kernels: Kernels,
  cell: ScanCell,
  shape: ScanShape,
  p: ScanInputs & ScanSaved & ScanGradients,
): void {
  const ranges = byBatch(kernels, cell, shape);
  scope(kernels.memory, (allocate) => {
    const call = (kernel: keyof typeof layOuts, allErrors: number, part: Partial<Part>) =>
      callFor(kernels, allocate, kernel, { cell, shape, pointers: { ...p, allErrors }, ...part });
    if (ranges.length === 1) return runAll(kernels, [call('scanBackward', 0, {})]);
    const errors = allocate(4 * shape.batch * shape.time * errorsOf(cell) * shape.units);
    runAll(
      kernels,
      ranges.map((rows) => call('scanBackward', errors, { rows })),
    );
    runAll(
      kernels,
      ranges.map((_, i) => call('scanSums', errors, { parameters: [i, ranges.length] })),
    );
  });
}

const rowsOfATile = 4;

function byBatch(kernels: Kernels, cell: ScanCell, { batch, time, inputSize, units }: ScanShape): Range[] {
  return ranges(kernels, batch, rowsOfATile, 2 * batch * time * (inputSize + units) * gateCount(cell) * units);
}

/** Numbers that stand for the errors of one step and unit on the way back. */
function errorsOf(cell: ScanCell): number {
  return Math.max(gateCount(cell), savedGates(cell));
}

/** What one call works on. */
interface Part {
  cell: ScanCell;
  shape: ScanShape;
  pointers: Partial<ScanInputs & ScanOutputs & ScanSaved & ScanGradients> & { allErrors?: number };
  /** The sequences; all unless told. */
  rows?: Range;
  /** Which part of how many of the parameters' gradients; all unless told. */
  parameters?: [part: number, of: number];
}

/** The pointers in the order of `Scan` in assembly/recurrent/scan.ts, where they follow the sizes, and what of each belongs to one sequence. */
const order = [
  ...([['x', 'input'], ['weight'], ['bias'], ['recurrent'], ['recurrentBias'], ['mask', 'mask']] as const),
  ...([
    ['h0', 'state'],
    ['c0', 'state'],
    ['outputs', 'step'],
    ['h', 'state'],
    ['c', 'state'],
  ] as const),
  ...([
    ['gates', 'gates'],
    ['cells', 'step'],
    ['dOutputs', 'step'],
    ['dH', 'state'],
    ['dC', 'state'],
  ] as const),
  ...([['dX', 'input'], ['allErrors', 'errors'], ['dWeight'], ['dBias'], ['dRecurrent'], ['dRecurrentBias']] as const),
] as const;

const layOuts = { scanForward: 'layOutForward', scanBackward: 'layOutBackward', scanSums: 'layOutSums' } as const;

/** Bytes of a `Scan`, with room for what the kernel adds. */
const scanBytes = 256;

/** Writes a scan, with its workspace. */
function callFor(
  { exports, memory }: Kernels,
  allocate: (bytes: number) => number,
  kernel: keyof typeof layOuts,
  { cell, shape, pointers, rows = { start: 0, count: shape.batch }, parameters = [0, 1] }: Part,
): Call {
  const { time, inputSize, units, reverse = false } = shape;
  const sizes = [cells[cell][0], rows.count, time, inputSize, units, Number(reverse)];
  sizes.push(...share(inputSize, parameters), ...share(units, parameters));
  const step = 4 * time * units;
  const bytes = {
    ...{ input: 4 * time * inputSize, mask: time, state: 4 * units, step },
    ...{ gates: savedGates(cell) * step, errors: errorsOf(cell) * step },
  };
  const scan = allocate(scanBytes);
  const written = sizes.length + order.length;
  const fields = integers(memory, scan, written);
  fields.set(sizes);
  for (const [i, [name, each]] of order.entries()) {
    const pointer = pointers[name] ?? 0;
    fields[sizes.length + i] = pointer && each ? pointer + rows.start * bytes[each] : pointer;
  }
  const workspace = allocate(exports[layOuts[kernel]](scan, 0) >>> 0);
  integers(memory, scan + 4 * written, 1)[0] = workspace;
  return { kernel, parameters: [scan] };
}

/** From where to where the i-th of `count` parts goes. */
function share(size: number, [i, count]: readonly [number, number]): [from: number, to: number] {
  const cut = (part: number) =>
    part === count ? size : rowsOfATile * Math.floor((part * size) / (count * rowsOfATile));
  return [cut(i), cut(i + 1)];
}
