/** Whether the arrays of a model fit together: what files and callers give is not trusted. */
import { DataError } from '@seqloom/core/errors';
import type { FeatureModel } from './feature-model.js';
import { checkLabelCount } from './too-large.js';

/** Throws a DataError that names the array and the place. */
export function checkModel(model: FeatureModel): void {
  const { labels, attributes } = model;
  if (labels.length === 0) throw new DataError('FeatureModel', 'there are no labels');
  checkLabelCount('FeatureModel', labels.length);
  if (new Set(labels).size < labels.length) throw new DataError('FeatureModel', 'two labels have the same name');
  checkGroups('state', model.stateOffsets, model.stateLabels, model.stateWeights, attributes.size, labels.length);
  const { transitionOffsets, transitionLabels, transitionWeights } = model;
  checkGroups('transition', transitionOffsets, transitionLabels, transitionWeights, labels.length, labels.length);
}

function checkGroups(
  name: string,
  offsets: Int32Array,
  targets: Int32Array,
  weights: Float64Array,
  groups: number,
  labelCount: number,
): void {
  const fail = (problem: string) => new DataError('FeatureModel', problem);
  if (offsets.length !== groups + 1) {
    throw fail(`\`${name}Offsets\` must have ${groups + 1} numbers, has ${offsets.length}`);
  }
  if (offsets[0] !== 0 || offsets[groups] !== targets.length || weights.length !== targets.length) {
    const sizes = `from ${offsets[0]} to ${offsets[groups]}, ${targets.length} labels, ${weights.length} weights`;
    throw fail(`the ${name} arrays do not fit together: offsets ${sizes}`);
  }
  for (let g = 0; g < groups; g++) {
    if (offsets[g + 1]! < offsets[g]!) throw fail(`\`${name}Offsets\` falls at ${g + 1}`);
  }
  for (let f = 0; f < targets.length; f++) {
    if (!(targets[f]! >= 0 && targets[f]! < labelCount)) {
      throw fail(`\`${name}Labels\`[${f}] is ${targets[f]}, but there are ${labelCount} labels`);
    }
    if (!Number.isFinite(weights[f])) throw fail(`\`${name}Weights\`[${f}] is ${weights[f]}`);
  }
}
