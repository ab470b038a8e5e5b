/** What a user may choose about any training run. */
import type { BackendName } from '@seqloom/core';

export interface TrainingChoices {
  epochs?: number;
  seed: number;
  backend: BackendName | 'auto';
  json?: string;
}
