/** `crf dump`: what a model has learned, as a table. */
import { describeModel } from '@seqloom/hmm-crf/feature-crf';
import { loadModel } from './model-file.js';

export async function dumpModel(model: string, { top }: { top: number }): Promise<void> {
  const crf = await loadModel(model);
  process.stdout.write(describeModel(crf.model, { count: top }));
}
