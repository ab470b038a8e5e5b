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
    const call = callsFor(kernels, allocate, cell, shape);
    runAll(
      kernels,
      byBatch(kernels, cell, shape).map((range) => call('scanForward', partOf(cell, shape, p, range))),
    );
  });
}

/** Reads the inputs and what the way there wrote, writes the gradients. Threads sum in the order in which one alone would. */
export function scanBackward(
  kernels: Kernels,
  cell: ScanCell,
  shape: ScanShape,
  p: ScanInputs & ScanSaved & ScanGradients,
): void {
  const { batch, time, units } = shape;
  const rows = byBatch(kernels, cell, shape);
  scope(kernels.memory, (allocate) => {
    const call = callsFor(kernels, allocate, cell, shape);
    const errors = Math.max(gateCount(cell), savedGates(cell)) * units;
    const allErrors = rows.length > 1 ? allocate(4 * batch * time * errors) : 0;
    const whole = { ...p, allErrors };
    runAll(
      kernels,
      rows.map((range) => call('scanBackward', partOf(cell, shape, whole, range))),
    );
    if (!allErrors) return;
    runAll(
      kernels,
      rows.map((_, i) => call('scanSums', { ...whole, ...shares(shape, i, rows.length) })),
    );
  });
}

type Everything = Partial<ScanInputs & ScanOutputs & ScanSaved & ScanGradients & Shares> & { allErrors?: number };

/** The rows of dWeight and dRecurrent that one call sums. */
interface Shares {
  inputFrom: number;
  inputTo: number;
  unitFrom: number;
  unitTo: number;
}

const rowsOfATile = 4;

function byBatch(kernels: Kernels, cell: ScanCell, { batch, time, inputSize, units }: ScanShape): Range[] {
  return ranges(kernels, batch, rowsOfATile, 2 * batch * time * (inputSize + units) * gateCount(cell) * units);
}

/** The i-th of `count` parts of the parameters. */
function shares({ inputSize, units }: ScanShape, i: number, count: number): Shares {
  const cut = (size: number, part: number) =>
    part === count ? size : rowsOfATile * Math.floor((part * size) / (count * rowsOfATile));
  return {
    inputFrom: cut(inputSize, i),
    inputTo: cut(inputSize, i + 1),
    unitFrom: cut(units, i),
    unitTo: cut(units, i + 1),
  };
}

/** The same pointers from sequence `start` on, for `count` sequences. */
function partOf(
  cell: ScanCell,
  { time, inputSize, units }: ScanShape,
  p: Everything,
  { start, count }: Range,
): Everything & { batch: number } {
  const perStep = 4 * time * units;
  const bytes: Partial<Record<keyof Everything, number>> = {
    ...{ x: 4 * time * inputSize, dX: 4 * time * inputSize, mask: time },
    ...{ h0: 4 * units, c0: 4 * units, h: 4 * units, c: 4 * units, dH: 4 * units, dC: 4 * units },
    ...{ outputs: perStep, cells: perStep, dOutputs: perStep },
    ...{ gates: savedGates(cell) * perStep, allErrors: Math.max(gateCount(cell), savedGates(cell)) * perStep },
  };
  const entries = Object.entries(p).map(([name, pointer]) => {
    return [name, pointer ? pointer + start * (bytes[name as keyof Everything] ?? 0) : 0];
  });
  return { ...Object.fromEntries(entries), batch: count };
}

/** The fields of `Scan` in assembly/recurrent/scan.ts, in their order, up to the workspace. */
const fields = [
  ...([
    'cell',
    'batch',
    'time',
    'inputSize',
    'units',
    'reverse',
    'inputFrom',
    'inputTo',
    'unitFrom',
    'unitTo',
  ] as const),
  ...(['x', 'weight', 'bias', 'recurrent', 'recurrentBias', 'mask', 'h0', 'c0'] as const),
  ...(['outputs', 'h', 'c', 'gates', 'cells'] as const),
  ...(['dOutputs', 'dH', 'dC', 'dX', 'allErrors', 'dWeight', 'dBias', 'dRecurrent', 'dRecurrentBias'] as const),
];

/** Bytes of a `Scan`, with room for what the kernel adds. */
const scanBytes = 256;

const layOuts = { scanForward: 'layOutForward', scanBackward: 'layOutBackward', scanSums: 'layOutSums' } as const;

/** Writes scans, each with its workspace. */
function callsFor(
  { exports, memory }: Kernels,
  allocate: (bytes: number) => number,
  cell: ScanCell,
  { reverse, ...shape }: ScanShape,
): (kernel: keyof typeof layOuts, p: Everything & { batch?: number }) => Call {
  const whole = { inputFrom: 0, inputTo: shape.inputSize, unitFrom: 0, unitTo: shape.units };
  return (kernel, p) => {
    const values: Partial<Record<(typeof fields)[number], number>> = {
      ...{ cell: cells[cell][0], reverse: Number(reverse), ...shape, ...whole },
      ...p,
    };
    const scan = allocate(scanBytes);
    integers(memory, scan, fields.length).set(fields.map((field) => values[field] ?? 0));
    const workspace = allocate(exports[layOuts[kernel]](scan, 0) >>> 0);
    integers(memory, scan + 4 * fields.length, 1)[0] = workspace;
    return { kernel, parameters: [scan] };
  };
}
