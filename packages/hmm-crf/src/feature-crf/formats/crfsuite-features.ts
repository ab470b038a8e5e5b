/** The features in a CRFsuite model file: records of kind, source, label and weight, grouped by their sources. */
import type { FileBytes } from './file-bytes.js';

export const featureSize = 20;
export const stateKind = 0;
export const transitionKind = 1;

/** The features of one kind by their sources (an attribute, or the label before), ascending in the label. */
export interface FeatureGroups {
  /** [sources + 1] */
  offsets: Int32Array;
  labels: Int32Array;
  weights: Float64Array;
  /** [features of both kinds]: the source, −1 for a feature of the other kind. */
  sourceOf: Int32Array;
}

/** Reads the chunk at `at`: A attributes, L labels. Throws a CheckpointError for what points outside, comes twice or is not finite. */
export function readFeatures(
  file: FileBytes,
  at: number,
  A: number,
  L: number,
): { state: FeatureGroups; transition: FeatureGroups } {
  file.tag(at, 'FEAT', 'the chunk of features');
  const [size, count] = [file.u32(at + 4, 'the size of FEAT'), file.u32(at + 8, 'the number of features')];
  if (size !== 12 + featureSize * count) file.fail(at + 4, `${count} features do not make a chunk of ${size} bytes`);
  file.range(at, size, 'the chunk of features');
  checkFeatures(file, at + 12, count, A, L);
  const byLabel = orderByLabel(file, at + 12, count, L);
  return {
    state: groupBySource(file, at + 12, byLabel, stateKind, A),
    transition: groupBySource(file, at + 12, byLabel, transitionKind, L),
  };
}

function checkFeatures(file: FileBytes, first: number, count: number, A: number, L: number): void {
  const { view } = file;
  for (let f = 0, at = first; f < count; f++, at += featureSize) {
    const kind = view.getUint32(at, true);
    if (kind > transitionKind) file.fail(at, `feature ${f} is of the unknown kind ${kind}`);
    const [source, label] = [view.getUint32(at + 4, true), view.getUint32(at + 8, true)];
    const sources = kind === stateKind ? A : L;
    if (source >= sources) file.fail(at + 4, `feature ${f} is of number ${source}, but there are ${sources}`);
    if (label >= L) file.fail(at + 8, `feature ${f} is of label ${label}, but there are ${L}`);
    const weight = view.getFloat64(at + 12, true);
    if (!Number.isFinite(weight)) file.fail(at + 12, `the weight of feature ${f} is ${weight}`);
  }
}

/** The numbers of all features, ascending in the label (by counting, so that no order in a file makes it slow). */
function orderByLabel({ view }: FileBytes, first: number, count: number, L: number): Int32Array {
  const next = new Int32Array(L + 1);
  for (let f = 0; f < count; f++) next[view.getUint32(first + featureSize * f + 8, true) + 1]!++;
  for (let label = 0; label < L; label++) next[label + 1]! += next[label]!;
  const order = new Int32Array(count);
  for (let f = 0; f < count; f++) order[next[view.getUint32(first + featureSize * f + 8, true)]!++] = f;
  return order;
}

/** The features of one kind by their sources; those of one source keep the order that they came in. */
function groupBySource(
  file: FileBytes,
  first: number,
  order: Int32Array,
  kind: number,
  sources: number,
): FeatureGroups {
  const { view } = file;
  const sourceOf = new Int32Array(order.length).fill(-1);
  const offsets = new Int32Array(sources + 1);
  for (let f = 0, at = first; f < order.length; f++, at += featureSize) {
    if (view.getUint32(at, true) !== kind) continue;
    sourceOf[f] = view.getUint32(at + 4, true);
    offsets[sourceOf[f]! + 1]!++;
  }
  for (let source = 0; source < sources; source++) offsets[source + 1]! += offsets[source]!;
  const next = offsets.slice();
  const labels = new Int32Array(offsets[sources]!);
  const weights = new Float64Array(labels.length);
  for (const f of order) {
    const source = sourceOf[f]!;
    if (source < 0) continue;
    const at = first + featureSize * f;
    const place = next[source]!++;
    labels[place] = view.getUint32(at + 8, true);
    weights[place] = view.getFloat64(at + 12, true);
    const twice = place > offsets[source]! && labels[place - 1] === labels[place];
    if (twice) file.fail(at, `feature ${f} says the same of label ${labels[place]} as one before`);
  }
  return { offsets, labels, weights, sourceOf };
}
