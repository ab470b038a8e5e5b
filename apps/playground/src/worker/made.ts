/** What a file of weights was made with: noted in the file, so that the model can be built again that the weights fit. */
import { CheckpointError, type JsonValue, readConfig } from '@seqloom/core';
import type { Setup } from '../controls/control.js';
import { readHeader } from '../parts/kept-training.js';
import { composed, experiments } from './catalog.js';
import type { Composition } from './protocol.js';

interface Made {
  readonly experiment: string;
  readonly setup: Setup;
  /** The name of the person's own data, where it was learnt from them. */
  readonly file?: string;
}

export function madeWith({ experiment, setup, file }: Composition): JsonValue {
  return { experiment, setup, ...(file && { file: file.name }) };
}

/**
 * The composition that the weights belong to, on the backend and with the data file at hand; undefined where they say nothing of it.
 * Throws a CheckpointError where they are of another experiment or of other data.
 */
export async function compositionOf(weights: Uint8Array, present: Composition): Promise<Composition | undefined> {
  const made = await read(weights);
  if (!made) return undefined;
  const { experiment, setup, file } = made;
  if (experiment !== present.experiment) {
    const title = experiments.get(experiment)?.title ?? experiment;
    throw new CheckpointError('load', `this is a model of another experiment: ${title}`, {
      hint: `Open ${title} and load it there.`,
    });
  }
  if (file !== undefined && file !== present.file?.name)
    throw new CheckpointError('load', `this model has learnt from ${file}`, {
      hint: `Drop ${file} first, so that its words are known, and load the weights again.`,
    });
  return { ...composed(experiment, { ...setup, backend: present.setup.backend }), ...(file && { file: present.file }) };
}

/** Tensors have it in their metadata, a training of a CRF in its header, other models in their JSON. */
async function read(weights: Uint8Array): Promise<Made | undefined> {
  const readings = [() => readConfig(weights), () => readHeader(weights).made, () => parsed(weights).made];
  for (const reading of readings) {
    try {
      const made: unknown = await reading();
      if (isMade(made)) return made;
    } catch {} // of another kind
  }
  return undefined;
}

function parsed(bytes: Uint8Array): { made?: unknown } {
  return JSON.parse(new TextDecoder().decode(bytes)) ?? {};
}

function isMade(value: unknown): value is Made {
  const { experiment, setup } = (value ?? {}) as Partial<Made>;
  return typeof experiment === 'string' && typeof setup === 'object' && setup !== null;
}
