/** The sequence kernels alone, beside the micro-kernel's own rate: the ratio is the share of it that they reach. */
import {
  Arena,
  floats,
  gateCount,
  loadKernels,
  type ScanCell,
  type ScanShape,
  savedGates,
  scanBackward,
  scanForward,
} from '@seqloom/kernels';
import type { BenchCase } from '../compare.js';
import { microKernelRate } from '../micro-kernel.js';
import { flopsOf, inWords, sizes } from '../sizes.js';

function share(cell: ScanCell, name: string, size: keyof typeof sizes): BenchCase {
  const flops = flopsOf(gateCount(cell), sizes[size]).training;
  return {
    name: `${name} kernels`,
    size: inWords(size),
    backend: 'wasm',
    peer: 'micro-kernel',
    flops,
    async prepare() {
      const ours = await pass(cell, sizes[size]);
      return { ours, theirs: async () => flops / (await microKernelRate(50)) / 1e6 };
    },
  };
}

/** Forward and backward, over small random numbers. */
async function pass(cell: ScanCell, shape: ScanShape): Promise<() => void> {
  const kernels = await loadKernels(new Arena());
  const { batch, time, inputSize, units } = shape;
  const place = (length: number) => {
    const pointer = kernels.memory.allocate(4 * length);
    floats(kernels.memory, pointer, length).forEach((_, i, values) => {
      values[i] = (Math.random() - 0.5) / 5;
    });
    return pointer;
  };
  const width = gateCount(cell) * units;
  const [steps, state] = [batch * time * units, batch * units];
  const pointers = {
    ...{ x: place(batch * time * inputSize), weight: place(inputSize * width), bias: place(width), mask: 0 },
    ...{ recurrent: place(units * width), recurrentBias: place(width), h0: place(state), c0: place(state) },
    ...{ outputs: place(steps), h: place(state), c: place(state), cells: place(steps) },
    ...{ gates: place(savedGates(cell) * steps), dOutputs: place(steps), dH: place(state), dC: place(state) },
    ...{ dWeight: place(inputSize * width), dBias: place(width) },
    ...{ dRecurrent: place(units * width), dRecurrentBias: place(width) },
  };
  return () => {
    scanForward(kernels, cell, shape, pointers);
    scanBackward(kernels, cell, shape, pointers);
  };
}

export const cases: BenchCase[] = (['A', 'B', 'C', 'D'] as const).flatMap((size) => [
  share('lstm', 'LSTM', size),
  share('gruResetAfter', 'GRU', size),
]);
