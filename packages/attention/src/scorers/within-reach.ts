/** Windows over keys. */
import { detach } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { lowest } from '../normalizers/allowed.js';

/** Energies [B,Q,K] with −∞ where the place [B,1,K] of a key is further than `reach` from the centre [B,Q,1]. */
export function withinReach(energies: tf.Tensor3D, places: tf.Tensor3D, centre: tf.Tensor3D, reach: number): Reached {
  const distance = tf.sub<tf.Tensor3D>(places, centre);
  const near = detach(distance, (d) => tf.lessEqual(tf.abs(d), reach));
  return { energies: tf.where(near, energies as tf.Tensor, lowest) as tf.Tensor3D, distance, near };
}

interface Reached {
  energies: tf.Tensor3D;
  /** place − centre [B,Q,K]. */
  distance: tf.Tensor3D;
  /** Which keys are within reach. */
  near: tf.Tensor;
}
