/** What a sparse CRF has learned: its size, and the features that weigh most. */
import { OptionError, show } from '@seqloom/core/errors';
import { count as checkCount, knownOptions } from '@seqloom/core/options';
import type { FeatureModel } from './feature-model.js';

/** How heavily an attribute speaks for a label. */
export interface StateFeature {
  readonly attribute: string;
  readonly label: string;
  readonly weight: number;
}

/** How heavily one label speaks for the next. */
export interface Transition {
  readonly from: string;
  readonly to: string;
  readonly weight: number;
}

/** The heaviest first; `positive` above 0, `negative` below it. */
export interface Heaviest<T> {
  readonly positive: readonly T[];
  readonly negative: readonly T[];
}

export interface ModelSize {
  readonly labels: number;
  readonly attributes: number;
  readonly stateFeatures: number;
  readonly transitions: number;
  /** Features of either kind whose weight is not 0. */
  readonly active: number;
  /** Attributes with such a feature. */
  readonly activeAttributes: number;
}

export interface InspectOptions {
  /** At most how many of each sign (20). */
  count?: number;
  /** Only features of this label; of transitions those to it. */
  label?: string;
}

/** How many features a model has, and how many of them say anything. */
export function modelSize(model: FeatureModel): ModelSize {
  const { stateOffsets, stateWeights, transitionWeights } = model;
  const nonzero = (weights: Float64Array) => weights.reduce((sum, weight) => sum + (weight !== 0 ? 1 : 0), 0);
  let activeAttributes = 0;
  for (let a = 0; a < model.attributes.size; a++) {
    if (stateWeights.subarray(stateOffsets[a]!, stateOffsets[a + 1]!).some((weight) => weight !== 0))
      activeAttributes++;
  }
  return {
    labels: model.labels.length,
    attributes: model.attributes.size,
    stateFeatures: stateWeights.length,
    transitions: transitionWeights.length,
    active: nonzero(stateWeights) + nonzero(transitionWeights),
    activeAttributes,
  };
}

/** The attributes that speak most for and most against labels, or one label. Throws an OptionError for a label that the model does not have. */
export function topStateFeatures(model: FeatureModel, options: InspectOptions = {}): Heaviest<StateFeature> {
  const { stateOffsets, stateLabels, stateWeights, attributes, labels } = model;
  const asked = checkOptions('topStateFeatures', model, options);
  const places = heaviest(stateWeights, asked.count, (f) => asked.label < 0 || stateLabels[f] === asked.label);
  return each(places, (f) => ({
    attribute: attributes.name(sourceOf(stateOffsets, f)),
    label: labels[stateLabels[f]!]!,
    weight: stateWeights[f]!,
  }));
}

/** The label pairs that are most and least likely, all else being equal. Throws an OptionError for a label that the model does not have. */
export function topTransitions(model: FeatureModel, options: InspectOptions = {}): Heaviest<Transition> {
  const { transitionOffsets, transitionLabels, transitionWeights, labels } = model;
  const asked = checkOptions('topTransitions', model, options);
  const places = heaviest(
    transitionWeights,
    asked.count,
    (f) => asked.label < 0 || transitionLabels[f] === asked.label,
  );
  return each(places, (f) => ({
    from: labels[sourceOf(transitionOffsets, f)]!,
    to: labels[transitionLabels[f]!]!,
    weight: transitionWeights[f]!,
  }));
}

function checkOptions(where: string, model: FeatureModel, options: InspectOptions): { count: number; label: number } {
  knownOptions(where, options, ['count', 'label']);
  const { count = 20, label } = options;
  checkCount(where, 'count', count, 0);
  const id = label === undefined ? -1 : model.labels.indexOf(label);
  if (label !== undefined && id < 0) {
    const hint = `its labels: ${model.labels.slice(0, 20).join(', ')}`;
    throw new OptionError(where, `the model has no \`label\` ${show(label)}`, { hint });
  }
  return { count, label: id };
}

/** The places of the largest weights above 0 and the smallest below it; of equal ones the first. */
function heaviest(weights: Float64Array, count: number, wanted: (f: number) => boolean): Heaviest<number> {
  const bySize = (f: number, g: number) => Math.abs(weights[g]!) - Math.abs(weights[f]!);
  const [positive, negative]: [number[], number[]] = [[], []];
  const trim = (best: number[]) => best.sort(bySize).splice(count);
  for (let f = 0; f < weights.length; f++) {
    if (weights[f] === 0 || !wanted(f)) continue;
    const best = weights[f]! > 0 ? positive : negative;
    if (best.push(f) > 2 * count + 64) trim(best); // now and then: cheaper than sorting all, whatever the count
  }
  for (const best of [positive, negative]) trim(best);
  return { positive, negative };
}

function each<T>({ positive, negative }: Heaviest<number>, of: (f: number) => T): Heaviest<T> {
  return { positive: positive.map(of), negative: negative.map(of) };
}

/** The group that place f lies in, by halving. */
function sourceOf(offsets: Int32Array, f: number): number {
  let [low, high] = [0, offsets.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (offsets[middle]! <= f) low = middle;
    else high = middle - 1;
  }
  return low;
}
