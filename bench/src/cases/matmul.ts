/** Our matrix product beside tfjs' own on wasm, for the forms that forward and backward passes and attention use. */
import { useBackend } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import type { BenchCase } from '../compare.js';

const original = tf.getKernel(tf.BatchMatMul, 'wasm')!; // before useBackend replaces it

/** Floating-point operations before the first measurement. */
const warmUp = 1e9;

type Shape = [...batch: number[], rows: number, columns: number];

function product(size: string, a: Shape, b: Shape, transposeA: boolean, transposeB: boolean): BenchCase {
  const [rows, columns] = transposeA ? [a.at(-1)!, a.at(-2)!] : [a.at(-2)!, a.at(-1)!];
  const batch = tf.util.sizeFromShape(a.slice(0, -2));
  const flops = 2 * batch * rows * columns * (transposeB ? b.at(-2)! : b.at(-1)!);
  return {
    name: 'matMul',
    size,
    backend: 'wasm',
    peer: 'tfjs BatchMatMul',
    flops,
    async prepare() {
      await useBackend('wasm');
      const inputs = { a: tf.randomUniform(a, -1, 1), b: tf.randomUniform(b, -1, 1) };
      const backend = tf.backend();
      const ours = () => tf.matMul(inputs.a, inputs.b, transposeA, transposeB).dispose();
      const theirs = () => {
        const output = original.kernelFunc({ inputs, backend, attrs: { transposeA, transposeB } });
        backend.disposeData((output as tf.TensorInfo).dataId);
      };
      for (let spent = 0; spent < warmUp; spent += flops) ours(); // until V8 has compiled the kernel for speed
      return { ours, theirs, dispose: () => tf.dispose(inputs) };
    },
  };
}

export const cases: BenchCase[] = [
  product('512×512·512×512', [512, 512], [512, 512], false, false),
  product('512×512ᵀ·512×512', [512, 512], [512, 512], true, false),
  product('512×512·512×512ᵀ', [512, 512], [512, 512], false, true),
  product('16 × 128×64·64×128', [16, 128, 64], [16, 64, 128], false, false),
  product('16 × 128×64·128×64ᵀ', [16, 128, 64], [16, 128, 64], false, true),
  product('32×128·128×512 (a step)', [32, 128], [128, 512], false, false),
  product('32×512·128×512ᵀ (back)', [32, 512], [128, 512], false, true),
  product('128 × 50×32·50×32ᵀ (heads)', [128, 50, 32], [128, 50, 32], false, true),
  product('1×128·128×512 (streaming)', [1, 128], [128, 512], false, false),
];
