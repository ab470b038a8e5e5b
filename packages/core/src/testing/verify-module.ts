/** Laws of modules: names, ownership, saving and loading. */
import * as tf from '@tensorflow/tfjs-core';
import { loadWeights, saveWeights } from '../checkpoint/index.js';
import type { Module } from '../module.js';
import { demand, law } from './law.js';
import { compare, read } from './numbers.js';

/**
 * Throws unless the modules that `make` builds own exactly their variables, name each once and in the same way every time,
 * load what another saved, and free everything on dispose.
 */
export async function verifyModule(make: () => Module): Promise<void> {
  make().dispose();
  const before = tf.memory().numTensors;
  const [original, copy] = [make(), make()];
  const [from, to] = [[...original.namedVariables()], [...copy.namedVariables()]];
  try {
    await law('a module owns its variables and no other tensor', () => {
      const owned = tf.memory().numTensors - before;
      demand(owned === from.length + to.length, `two modules of ${from.length} variables own ${owned} tensors`);
    });
    await law('every variable has one path, the same each time', () => {
      const [paths, again] = [from.map(([path]) => path), to.map(([path]) => path)];
      demand(new Set(paths).size === paths.length, `paths are not unique: ${paths}`);
      demand(String(paths) === String(again), `paths differ between two modules: ${paths} and ${again}`);
    });
    await law('a module that loads what another saved has the same variables', async () => {
      for (const [, variable] of to) tf.tidy(() => variable.assign(tf.onesLike(variable)));
      await loadWeights(copy, await saveWeights(original));
      for (const [i, [path, variable]] of from.entries()) compare(path, await read(to[i]![1]), await read(variable), 0);
    });
  } finally {
    original.dispose();
    copy.dispose();
  }
  await law('dispose frees every variable, and may be repeated', () => {
    original.dispose();
    const left = tf.memory().numTensors - before;
    demand(left === 0, `${left} tensors are left after dispose`);
  });
}
