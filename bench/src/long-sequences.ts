/** `npm run long-sequences` in bench/: memory and time of a training step of an LSTM over long sequences, plain, checkpointed and in windows. */
import { cpus } from 'node:os';
import { Rng, type Sequence, useBackend } from '@seqloom/core';
import { lstm, Truncated } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { watchHeap } from './heap.js';

const [rows, inputSize, hiddenSize] = [8, 64, 128];
const windowSteps = 128;
const rounds = 9;

type Step = () => void;

await useBackend('wasm');
console.log(`${cpus()[0]?.model.trim()} · Node ${process.versions.node} · ${new Date().toISOString().slice(0, 10)}`);
console.log(`LSTM ${inputSize} → ${hiddenSize}, ${rows} rows, wasm, one thread\n`);
console.log(
  '| steps | form | peak MB | of plain | the layer alone, MB | ms | of plain |\n|---|---|---|---|---|---|---|',
);
const heap = watchHeap();
for (const steps of [256, 1024, 4096]) measure(steps);

/** A line for each form; they take turns, so that a slow minute of the machine is every form's. */
function measure(steps: number): void {
  const input: Sequence = {
    values: tf.randomNormal([rows, steps, inputSize], 0, 1, 'float32', 1),
    mask: tf.ones([rows, steps], 'bool'),
  };
  const forms = Object.entries(formsOf(input));
  const times = forms.map((): number[] => []);
  const bytes = forms.map(([, step]) => heap.peak(step));
  for (let round = 0; round < rounds; round++) for (const [i, [, step]] of forms.entries()) times[i]!.push(time(step));
  const ms = times.map((all) => Math.min(...all));
  for (const [i, [name]] of forms.entries()) {
    const loss = 3 * 4 * rows * (name.startsWith('Truncated') ? windowSteps : steps) * hiddenSize; // outputs, their gradient, and the ones tf.sum makes it of
    const [all, alone] = [bytes[i]!, bytes[i]! - loss].map((count) => (count / 1e6).toFixed(1));
    const cells = [steps, name, all, share(bytes, i), alone, ms[i]!.toFixed(0), share(ms, i)];
    console.log(`| ${cells.join(' | ')} |`);
  }
  tf.dispose([input.values, input.mask]);
}

/** Ways to learn from one long batch: gradients of all weights, of the sum of all outputs. */
function formsOf(input: Sequence): Record<string, Step> {
  const options = { inputSize, hiddenSize, rng: new Rng(1) };
  const step = (layer: { forward(input: Sequence): { output: Sequence } }, part: Sequence) => () =>
    tf.tidy(() => {
      const loss = () => tf.sum(layer.forward(part).output.values) as tf.Scalar;
      tf.variableGrads(loss);
    });
  const truncated = new Truncated({ layer: lstm(options), batch: rows }).train();
  const windows = Array.from({ length: input.mask.shape[1] / windowSteps }, (_, i) => ({
    values: tf.slice(input.values, [0, i * windowSteps], [-1, windowSteps]),
    mask: tf.slice(input.mask, [0, i * windowSteps], [-1, windowSteps]),
  }));
  return {
    plain: step(lstm(options), input),
    'checkpoint: true': step(lstm({ ...options, checkpoint: true }), input),
    'checkpoint: 4': step(lstm({ ...options, checkpoint: 4 }), input),
    [`Truncated, windows of ${windowSteps}`]: () => {
      for (const window of windows) step(truncated, window)();
    },
  };
}

function time(step: Step): number {
  const start = performance.now();
  step();
  return performance.now() - start;
}

function share(all: readonly number[], i: number): string {
  return (all[i]! / all[0]!).toFixed(2);
}
