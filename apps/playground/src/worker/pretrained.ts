/** A model that was trained beforehand and committed as data: `pnpm run pretrain` writes it. */
import { CheckpointError, readSafetensors } from '@seqloom/core';
import type { Origin } from './protocol.js';

export interface Pretrained {
  readonly weights: Uint8Array;
  readonly origin: Origin;
}

/** What is noted beside the weights; throws a CheckpointError when the file is damaged or says nothing of where it comes from. */
export function readPretrained(weights: Uint8Array): Pretrained {
  const { step = '', measures = '' } = readSafetensors(weights).metadata;
  const origin = { step: Number(step), measures: parsed(measures) };
  if (origin.step > 0 && isNumbers(origin.measures))
    return { weights, origin: { ...origin, measures: origin.measures } };
  throw new CheckpointError('readPretrained', 'the file does not say how its model was trained', {
    hint: 'write it anew with `pnpm run pretrain`',
  });
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every(Number.isFinite);
}
