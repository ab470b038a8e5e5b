/** Source text of a Classifier, and the program of sentiment, shapes and intents. */
import type { PoolingName } from '../classifier.js';
import type { CellName } from '../recurrent.js';
import { bothWaysSource } from './layers.js';

/** The class Classifier: its `forward` reads one unpadded sequence. */
export function classifierSource(
  { cell, size, pooling }: { cell: CellName; size: number; pooling: PoolingName },
  inputSize: number,
  classes: number,
): string {
  const pooled: Record<PoolingName, string> = {
    attention: 'this.attention.forward(output).output',
    mean: 'tf.mean(output.values, 1)',
    max: 'tf.max(output.values, 1)',
    last: 'tf.squeeze(tf.slice(output.values, [0, output.values.shape[1] - 1, 0], [-1, 1, -1]), [1])',
  };
  return `class Classifier extends Module {
  readonly encoder = ${bothWaysSource(cell, inputSize, size)};
${pooling === 'attention' ? `  readonly attention = new AttentionPooling({ keySize: ${size}, size: 32 });\n` : ''}  readonly output = new Linear({ inputSize: ${size}, outputSize: ${classes} });

  /** values [1,T,D] → scores [1,C] and states [1,T,U]. */
  forward(values: tf.Tensor3D) {
    const { output } = this.encoder.forward(sequence(values));
    return { scores: this.output.forward(${pooled[pooling]} as tf.Tensor2D), states: output };
  }
}`;
}

/** Prints the likeliest of \`labels\` for \`scores\`. */
export const answering = `const shares = await tf.softmax(scores).data();
const best = shares.indexOf(Math.max(...shares));`;
