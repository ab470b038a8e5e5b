/** Reading rows of a large table in training, without a gradient of the whole table. */
import * as tf from '@tensorflow/tfjs-core';
import { addReadings, type RowGradient } from './row-gradient.js';
import { canWriteRows } from './write-rows.js';

interface Reading {
  table: tf.Variable;
  ids: ArrayLike<number>;
  gradient: tf.Tensor;
}

interface Recording {
  tables: ReadonlySet<tf.Variable>;
  /** Stands on the tape for the tables. */
  anchor: tf.Variable;
  readings: Reading[];
}

let recording: Recording | undefined;

/**
 * Rows of a table [V,…]: ids […] int32 → […,…]. Where `train` computes the gradients, on cpu and wasm, the table's gradient is only the
 * rows that were read (`RowGradient`), and the update touches no others; anywhere else this is tf.gather.
 */
export function gatherRows(table: tf.Variable, ids: tf.Tensor): tf.Tensor {
  const now = recording;
  const gather = () => tf.gather(table as tf.Tensor, ids as tf.Tensor1D);
  // In a gradient within the gradient the anchor would be lost.
  if (!now?.tables.has(table) || tf.engine().state.gradientDepth > 1) return gather();
  const read = ids.dataSync();
  const lookUp = tf.customGrad(() => ({
    value: gather(),
    gradFunc(dy: tf.Tensor) {
      const gradient = tf.keep(tf.clone(tf.reshape(dy, [read.length, ...table.shape.slice(1)])));
      now.readings.push({ table, ids: read, gradient });
      return tf.scalar(0);
    },
  }));
  return lookUp(now.anchor);
}

/**
 * tf.variableGrads of `loss` with the row gradients of the tables that it read by `gatherRows`. A table that was also read otherwise
 * has its whole gradient. The tensors returned are the caller's.
 */
export function gradientsWithRows(
  loss: () => tf.Scalar,
  variables: tf.Variable[],
): { value: tf.Scalar; whole: tf.NamedTensorMap; rows: Map<tf.Variable, RowGradient> } {
  if (!canWriteRows()) {
    const { value, grads } = tf.variableGrads(loss, variables);
    return { value, whole: grads, rows: new Map() };
  }
  const now: Recording = { tables: new Set(variables), anchor: tf.variable(tf.scalar(0)), readings: [] };
  try {
    const { value, grads } = tf.variableGrads(() => recorded(now, loss), [...variables, now.anchor]);
    const { [now.anchor.name]: _, ...whole } = grads;
    const tables = [...new Set(now.readings.map(({ table }) => table))];
    const rows = tables.map((table) => [table, addReadings(now.readings.filter((r) => r.table === table))] as const);
    return { value, whole, rows: new Map(rows) };
  } finally {
    tf.dispose(now.readings.map(({ gradient }) => gradient));
    now.anchor.dispose();
  }
}

/** Only the way there is recorded: what is computed again on the way back has gradients of its own. */
function recorded(now: Recording, loss: () => tf.Scalar): tf.Scalar {
  const before = recording;
  recording = now;
  try {
    return loss();
  } finally {
    recording = before;
  }
}
