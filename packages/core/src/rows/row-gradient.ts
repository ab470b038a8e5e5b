/** Gradients of tables of which only some rows were read. */
import * as tf from '@tensorflow/tfjs-core';

/** The gradient of a table [V,…] that is 0 but in some rows: ids [N] int32, each once, and their rows [N,…]. */
export type RowGradient = {
  readonly ids: tf.Tensor1D;
  readonly rows: tf.Tensor;
};

/** By the path of the parameter. */
export type GradientsByPath = Readonly<Record<string, tf.Tensor | RowGradient>>;

export function isRowGradient(gradient: tf.Tensor | RowGradient): gradient is RowGradient {
  return !(gradient instanceof tf.Tensor);
}

/** What stands in a gradient, without the rows that are 0. */
export function valuesOf(gradients: GradientsByPath): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(gradients).map(([path, gradient]) => [path, isRowGradient(gradient) ? gradient.rows : gradient]),
  );
}

/** The whole gradient, of the table's shape. */
export function wholeGradient(gradient: tf.Tensor | RowGradient, table: tf.Tensor): tf.Tensor {
  return isRowGradient(gradient) ? tf.unsortedSegmentSum(gradient.rows, gradient.ids, table.shape[0]!) : gradient;
}

/** One gradient of several readings of a table: ids [n] each and their gradients [n,…]; rows that were read twice are added up. */
export function addReadings(readings: readonly { ids: ArrayLike<number>; gradient: tf.Tensor }[]): RowGradient {
  const places = new Map<number, number>();
  const place = (id: number) => {
    const known = places.get(id);
    if (known !== undefined) return known;
    places.set(id, places.size);
    return places.size - 1;
  };
  const targets = Int32Array.from(readings.flatMap(({ ids }) => Array.from(ids, place)));
  return tf.tidy(() => {
    const gradients = tf.concat(readings.map(({ gradient }) => gradient));
    const rows = tf.unsortedSegmentSum(gradients, tf.tensor1d(targets, 'int32'), places.size);
    return { ids: tf.tensor1d(Int32Array.from(places.keys()), 'int32'), rows };
  });
}
