/** From a composition to a model on a backend, reusing what stays the same. */
import { type BackendName, Rng, useBackend } from '@seqloom/core';
import type { Input, Prepared } from '../experiment.js';
import { controlsOf, experiments } from './catalog.js';
import { type Learner, learnerOf } from './learner.js';
import { watchContext } from './lost-context.js';
import type { Checkpoint, Composition, Objections } from './protocol.js';

export interface Workpiece {
  readonly composition: Composition;
  readonly prepared: Prepared<unknown, Input>;
  readonly backend: BackendName;
  readonly learner: Learner;
  /** What batches are drawn with. */
  readonly rng: Rng;
}

/** The task of `composition`, made of the seed's random streams; `previous` lends its data where nothing about them changed. */
export async function compose(composition: Composition, previous?: Workpiece): Promise<Workpiece> {
  const experiment = experiments.get(composition.experiment)!;
  const { setup, file } = composition;
  const seeded = new Rng(Number(setup.seed));
  const [dataRng, modelRng, rng] = [seeded.split(), seeded.split(), seeded.split()];
  const reuse = previous && unchanged(['data'], composition, previous.composition);
  const prepared = reuse ? previous.prepared : await experiment.data(setup as never, dataRng, file);
  const backend = await useBackend(setup.backend as BackendName | 'auto');
  watchContext();
  try {
    const task = experiment.build(setup as never, prepared.data, modelRng);
    return { composition, prepared, backend, learner: learnerOf(task, rng), rng };
  } catch (error) {
    if (previous) await useBackend(previous.backend);
    throw error;
  }
}

/** Whether the model of `a` has the same parameters as that of `b`, so that its weights can be carried over. */
export function sameModel(a: Composition, b: Composition): boolean {
  return unchanged(['data', 'model'], a, b);
}

/** The objections to a composition, by control; none means that it can be built. */
export function objectionsTo({ experiment, setup }: Composition): Objections {
  return experiments.get(experiment)!.objections?.(setup as never) ?? {};
}

export async function take({ learner, rng }: Workpiece, step: number): Promise<Checkpoint> {
  return { step, stream: rng.state, bytes: await learner.save() };
}

/** Continues from a checkpoint; from its weights alone where the optimiser is another one now. */
export async function restore({ learner, rng }: Workpiece, { bytes, stream }: Checkpoint): Promise<void> {
  await learner.restore(bytes);
  rng.state = stream;
}

function unchanged(affects: readonly string[], a: Composition, b: Composition): boolean {
  if (a.experiment !== b.experiment || !sameFile(a.file, b.file)) return false;
  return Object.entries(controlsOf(a.experiment)).every(
    ([name, control]) => !affects.includes(control.affects) || a.setup[name] === b.setup[name],
  );
}

/** Posting copies a File, so its identity is lost. */
function sameFile(a: File | undefined, b: File | undefined): boolean {
  return a?.name === b?.name && a?.size === b?.size && a?.lastModified === b?.lastModified;
}
