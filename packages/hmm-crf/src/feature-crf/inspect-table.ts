/** A sparse CRF as text: what to print after training. */
import { knownOptions } from '@seqloom/core/options';
import type { FeatureModel } from './feature-model.js';
import { type Heaviest, modelSize, topStateFeatures, topTransitions } from './inspect.js';

interface Row {
  readonly weight: number;
}

/** The size of a model, its top transitions, and for every label the attributes that speak most for it and against it: at most `count` (10) of each. */
export function describeModel(model: FeatureModel, options: { count?: number } = {}): string {
  knownOptions('describeModel', options, ['count']);
  const { count = 10 } = options;
  const size = modelSize(model);
  const parts = [
    `${size.labels} labels, ${size.attributes} attributes\n${size.stateFeatures} state features and ${size.transitions} transitions, ${size.active} of them active`,
    table('Transitions', topTransitions(model, { count }), ({ from, to }) => `${from} → ${to}`),
    ...model.labels.map((label) =>
      table(`Label ${label}`, topStateFeatures(model, { count, label }), ({ attribute }) => attribute),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** A heading and a row for each feature, from the most positive to the most negative. */
function table<T extends Row>(heading: string, { positive, negative }: Heaviest<T>, name: (row: T) => string): string {
  const rows = [...positive, ...negative.toReversed()];
  const weights = rows.map(({ weight }) => (weight > 0 ? '+' : '') + weight.toFixed(4));
  const width = Math.max(0, ...weights.map(({ length }) => length));
  const lines = rows.map((row, i) => `  ${weights[i]!.padStart(width)}  ${printable(name(row))}`);
  return [printable(heading), ...lines].join('\n');
}

/** A name may hold line breaks or a terminal's control characters: they are data here. */
function printable(name: string): string {
  return name.replace(/\p{Cc}/gu, '\uFFFD');
}
