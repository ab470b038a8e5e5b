/** Which features a model has: CRFsuite's way to generate them from the data. */
import { knownOptions, within } from '@seqloom/core/options';
import { checkLabelCount, checkPossibleStates } from './too-large.js';
import type { TrainingData } from './training-data.js';

export interface FeatureOptions {
  /** Features whose values sum to less than this in the data are left out; 0 unless told. */
  minFreq?: number;
  /** Every attribute with every label, not only those seen together; false unless told. */
  possibleStates?: boolean;
  /** Every label after every label; false unless told. */
  possibleTransitions?: boolean;
}

/** Features without weights, in the groups of a FeatureModel: `stateCount` state features, and then the transitions. */
export interface FeatureSet {
  readonly labelCount: number;
  readonly stateOffsets: Int32Array;
  readonly stateLabels: Int32Array;
  readonly transitionOffsets: Int32Array;
  readonly transitionLabels: Int32Array;
  /** [L,L]: how often each label follows each. */
  readonly transitionCounts: Float64Array;
}

/** The features of the data, and of nothing else unless told. Throws an OptionError, and a DataError for more labels than there can be. */
export function generateFeatures(data: TrainingData, options: FeatureOptions = {}): FeatureSet {
  const where = 'trainFeatureCRF';
  knownOptions(where, options, ['minFreq', 'possibleStates', 'possibleTransitions']);
  const minFreq = within(where, 'minFreq', options.minFreq ?? 0, 0);
  const { possibleStates = false } = options;
  checkLabelCount(where, data.labels.length);
  if (possibleStates) checkPossibleStates(where, data.attributes.size, data.labels.length);
  const state = stateFeatures(data, minFreq, possibleStates);
  return {
    labelCount: data.labels.length,
    ...state,
    ...transitions(data, minFreq, options.possibleTransitions ?? false),
  };
}

function stateFeatures(data: TrainingData, minFreq: number, all: boolean) {
  const { attributes, labels } = data;
  const { starts, order } = byAttribute(data);
  const stateOffsets = new Int32Array(attributes.size + 1);
  const found: number[] = [];
  const frequency = new Float64Array(labels.length);
  const seen = new Uint8Array(labels.length);
  for (let a = 0; a < attributes.size; a++) {
    frequency.fill(0);
    seen.fill(all ? 1 : 0);
    for (let n = starts[a]!; n < starts[a + 1]!; n++) {
      const label = order.labels[n]!;
      seen[label] = 1;
      frequency[label]! += order.values ? order.values[n]! : 1;
    }
    for (let label = 0; label < labels.length; label++) {
      if (seen[label] && frequency[label]! >= minFreq) found.push(label);
    }
    stateOffsets[a + 1] = found.length;
  }
  return { stateOffsets, stateLabels: Int32Array.from(found) };
}

/** The labels that every attribute occurs with, and its values there, attribute after attribute. */
function byAttribute(data: TrainingData) {
  const { labels, attributes, tokens, attributeIds, tokenLabels } = data;
  const starts = new Int32Array(attributes.size + 1);
  for (const id of attributeIds) starts[id + 1]!++;
  for (let a = 0; a < attributes.size; a++) starts[a + 1]! += starts[a]!;
  const next = starts.slice();
  const order = {
    labels: new (labels.length <= 256 ? Uint8Array : Int32Array)(attributeIds.length),
    values: data.values || data.sequenceWeights ? new Float64Array(attributeIds.length) : undefined,
  };
  const weights = tokenWeights(data);
  for (let token = 0; token < tokenLabels.length; token++) {
    for (let at = tokens[token]!; at < tokens[token + 1]!; at++) {
      const place = next[attributeIds[at]!]!++;
      order.labels[place] = tokenLabels[token]!;
      if (order.values) order.values[place] = (data.values?.[at] ?? 1) * (weights?.[token] ?? 1);
    }
  }
  return { starts, order };
}

/** [N]: how much the sequence of every token counts, where not all count 1. */
function tokenWeights({ sequences, tokenLabels, sequenceWeights }: TrainingData): Float64Array | undefined {
  if (!sequenceWeights) return undefined;
  const weights = new Float64Array(tokenLabels.length);
  for (const [s, weight] of sequenceWeights.entries()) weights.fill(weight, sequences[s], sequences[s + 1]);
  return weights;
}

function transitions({ labels, sequences, tokenLabels, sequenceWeights }: TrainingData, minFreq: number, all: boolean) {
  const L = labels.length;
  const transitionCounts = new Float64Array(L * L);
  const seen = new Uint8Array(L * L).fill(all ? 1 : 0);
  for (let s = 0; s + 1 < sequences.length; s++) {
    for (let t = sequences[s]! + 1; t < sequences[s + 1]!; t++) {
      const place = tokenLabels[t - 1]! * L + tokenLabels[t]!;
      transitionCounts[place]! += sequenceWeights?.[s] ?? 1;
      seen[place] = 1;
    }
  }
  const transitionOffsets = new Int32Array(L + 1);
  const found: number[] = [];
  for (let i = 0; i < L; i++) {
    for (let j = 0; j < L; j++) {
      if (seen[i * L + j] && transitionCounts[i * L + j]! >= minFreq) found.push(j);
    }
    transitionOffsets[i + 1] = found.length;
  }
  return { transitionOffsets, transitionLabels: Int32Array.from(found), transitionCounts };
}
