/** A model of the weights that training has made: without those that are 0, and without attributes that have no others. */
import { AttributeDictionary } from './attribute-dictionary.js';
import type { AttributeTable, FeatureModel } from './feature-model.js';
import type { FeatureSet } from './features.js';

/** weights [K]: of the state features, then of the transitions. */
export function trainedModel(
  { labels, attributes }: { labels: readonly string[]; attributes: AttributeTable },
  features: FeatureSet,
  weights: Float64Array,
): FeatureModel {
  const stateCount = features.stateLabels.length;
  const states = compact(features.stateOffsets, features.stateLabels, weights.subarray(0, stateCount));
  const moves = compact(features.transitionOffsets, features.transitionLabels, weights.subarray(stateCount));
  const kept = filled(states.offsets);
  const all = kept.length === attributes.size; // and then the dictionary need not be copied
  return {
    labels,
    attributes: all ? attributes : new AttributeDictionary(names(attributes, kept)),
    stateOffsets: all ? states.offsets : without(states.offsets, kept),
    stateLabels: states.labels,
    stateWeights: states.weights,
    transitionOffsets: moves.offsets,
    transitionLabels: moves.labels,
    transitionWeights: moves.weights,
  };
}

/** Whether none is NaN or infinite. */
export function areFinite(numbers: Float64Array | Int32Array): boolean {
  let sum = 0;
  for (let k = 0; k < numbers.length; k++) sum += 0 * numbers[k]!;
  return sum === 0;
}

export function activeFeatures(weights: Float64Array): number {
  let count = 0;
  for (let k = 0; k < weights.length; k++) if (weights[k] !== 0) count++;
  return count;
}

/** Groups without the weights that are 0. */
function compact(offsets: Int32Array, labels: Int32Array, weights: Float64Array) {
  const size = activeFeatures(weights);
  const out = {
    offsets: new Int32Array(offsets.length),
    labels: new Int32Array(size),
    weights: new Float64Array(size),
  };
  let count = 0;
  for (let group = 0; group + 1 < offsets.length; group++) {
    for (let f = offsets[group]!; f < offsets[group + 1]!; f++) {
      if (weights[f] === 0) continue;
      out.labels[count] = labels[f]!;
      out.weights[count++] = weights[f]!;
    }
    out.offsets[group + 1] = count;
  }
  return out;
}

/** The groups that have something. */
function filled(offsets: Int32Array): number[] {
  const groups: number[] = [];
  for (let group = 0; group + 1 < offsets.length; group++) {
    if (offsets[group + 1]! > offsets[group]!) groups.push(group);
  }
  return groups;
}

/** The offsets of some groups, all others being empty. */
function without(offsets: Int32Array, groups: readonly number[]): Int32Array {
  const out = new Int32Array(groups.length + 1);
  for (const [i, group] of groups.entries()) out[i + 1] = offsets[group + 1]!;
  return out;
}

function* names(attributes: AttributeTable, ids: readonly number[]): Generator<string> {
  for (const id of ids) yield attributes.name(id);
}
