/** What cells over one gated linear recurrence share: gates from the input alone, so that a whole sequence is one matrix product and one scan. */
import type { Rng, Sequence } from '@seqloom/core';
import { asMask, count, dims, knownOptions, Module, zeroPadding } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import type { RecurrentCell } from '../recurrent/recurrent-cell.js';
import { gateBias } from './gate-bias.js';
import { type GatedEquations, gatedScan, gatesPerUnit, highwayScan } from './gated-scan.js';

export interface GatedCellOptions {
  inputSize: number;
  hiddenSize: number;
  /** How many steps the longest memories should last at first: their gates' biases are spread accordingly (chrono, arXiv:1804.11188); 0 biases unless told. */
  timescale?: number;
  rng?: Rng;
}

/** x [B,D], memory [B,U] → output [B,U] and the next memory. */
export abstract class GatedCell extends Module implements RecurrentCell<tf.Tensor2D> {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly input: Linear; // x → the gates and the candidate
  /** Undefined where there is no skip; nothing where x is the skip itself. */
  readonly skip: Linear | 'identity' | undefined;
  readonly equations: GatedEquations;

  constructor(where: string, options: GatedCellOptions, equations: GatedEquations, more: CellExtras = {}) {
    super();
    knownOptions(where, options, ['inputSize', 'hiddenSize', 'timescale', 'rng', ...(more.options ?? [])]);
    const { inputSize, hiddenSize, timescale, rng } = options;
    this.inputSize = count(where, 'inputSize', inputSize);
    this.outputSize = count(where, 'hiddenSize', hiddenSize);
    this.equations = equations;
    const bias = gateBias(where, equations.rule, hiddenSize, timescale);
    this.input = new Linear({ inputSize, outputSize: gatesPerUnit(equations) * hiddenSize, bias, rng });
    if (more.skip) this.skip = skipFrom(inputSize, hiddenSize, rng);
  }

  initialState(batch: number): tf.Tensor2D {
    return tf.zeros([batch, this.outputSize]);
  }

  step(x: tf.Tensor2D, memory: tf.Tensor2D): { output: tf.Tensor2D; state: tf.Tensor2D } {
    const { B } = dims(`${this.constructor.name}.step`, { x: [x, `B ${this.inputSize}`] });
    const one = {
      values: tf.reshape<tf.Rank.R3>(x, [B, 1, this.inputSize]),
      mask: tf.ones<tf.Rank.R2>([B, 1], 'bool'),
    };
    const { output, state } = this.#over(one, memory, false);
    return { output: tf.reshape(output, [B, this.outputSize]), state };
  }

  scan(input: Sequence, memory: tf.Tensor2D, reverse = false): { output: tf.Tensor3D; state: tf.Tensor2D } {
    return this.#over(zeroPadding(input), memory, reverse);
  }

  /** The memory, where it is the output too. */
  read(memory: tf.Tensor2D): tf.Tensor2D | undefined {
    return this.equations.output === undefined ? memory : undefined;
  }

  #over({ values, mask }: Sequence, initial: tf.Tensor2D, reverse: boolean) {
    const where = `${this.constructor.name}.scan`;
    dims(where, { x: [values, `B T ${this.inputSize}`], state: [initial, `B ${this.outputSize}`] });
    const inputs = { gates: this.input.forward(values), mask: asMask(mask), initial };
    const attributes = { ...this.equations, reverse };
    const { skip } = this;
    const [output, state] = skip
      ? highwayScan({ ...inputs, skip: skip === 'identity' ? values : skip.forward(values) }, attributes)
      : gatedScan(inputs, attributes);
    return { output: output as tf.Tensor3D, state: state as tf.Tensor2D };
  }
}

/** What a cell has beyond the gates. */
interface CellExtras {
  /** Its own options. */
  options?: readonly string[];
  /** Whether its output gate lets the input through. */
  skip?: boolean;
}

function skipFrom(inputSize: number, outputSize: number, rng?: Rng): Linear | 'identity' {
  return inputSize === outputSize ? 'identity' : new Linear({ inputSize, outputSize, bias: false, rng });
}
