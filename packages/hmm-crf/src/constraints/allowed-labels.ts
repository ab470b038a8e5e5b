/** Known, ambiguous and unknown labels, all as one mask. */
import { DataError, show } from '@seqloom/core/errors';

/** What is known of one step: its label, −1 for nothing, a set of labels that it is one of, or K flags (true = may be). */
export type StepLabels = number | readonly number[] | readonly boolean[];

/** The labels that each step of one sequence may have, as flags [T,K], 1 = allowed. Throws a DataError naming the first step that allows no label or one that is none. */
export function allowedLabels(steps: readonly StepLabels[], labelCount: number): Uint8Array {
  const flags = new Uint8Array(steps.length * labelCount);
  for (const [t, step] of steps.entries()) {
    const labels = labelsOf(step, labelCount);
    const bad = labels
      ? labels.find((label) => !(Number.isInteger(label) && label >= 0 && label < labelCount))
      : Number.NaN;
    if (!labels || labels.length === 0 || bad !== undefined) {
      const problem = `step ${t} allows ${show(bad === undefined || !labels ? step : bad)}, which is no label`;
      const hint = `a label from 0 to ${labelCount - 1}, −1 for any, a set of labels, or ${labelCount} flags`;
      throw new DataError('allowedLabels', problem, { hint });
    }
    for (const label of labels) flags[t * labelCount + label] = 1;
  }
  return flags;
}

/** The labels that a step may have; undefined where it makes no sense. */
function labelsOf(step: StepLabels, labelCount: number): readonly number[] | undefined {
  if (step === -1) return Array.from({ length: labelCount }, (_, label) => label);
  if (typeof step === 'number') return [step];
  if (!Array.isArray(step)) return undefined;
  if (typeof step[0] !== 'boolean') return step;
  return step.length === labelCount ? step.flatMap((may, label) => (may ? [label] : [])) : undefined;
}
