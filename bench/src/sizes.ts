/** The sizes at which recurrent layers are measured. */

export interface RecurrentSizes {
  batch: number;
  time: number;
  inputSize: number;
  units: number;
}

export const sizes: Readonly<Record<'A' | 'B' | 'C' | 'D', RecurrentSizes>> = {
  A: { batch: 32, time: 20, inputSize: 100, units: 50 },
  B: { batch: 32, time: 50, inputSize: 100, units: 128 },
  C: { batch: 32, time: 100, inputSize: 256, units: 256 },
  D: { batch: 1, time: 100, inputSize: 128, units: 128 },
};

/** For instance `B 32×50, 100 → 128`. */
export function inWords(name: keyof typeof sizes): string {
  const { batch, time, inputSize, units } = sizes[name];
  return `${name} ${batch}×${time}, ${inputSize} → ${units}`;
}

/** Floating-point operations of the matrix products; a training step needs no gradient of its input. */
export function flopsOf(gates: number, { batch, time, inputSize, units }: RecurrentSizes) {
  const each = 2 * batch * time * gates * units;
  return { forward: each * (inputSize + units), training: each * (2 * inputSize + 3 * units) };
}
