/** What tests ask of a model: its weights by the names that CRFsuite prints. */
import type { FeatureModel } from './feature-model.js';

/** `attribute -> label` and `label -> label`. */
export function namedWeights(model: FeatureModel): { states: Map<string, number>; transitions: Map<string, number> } {
  const { labels, attributes } = model;
  const states = new Map<string, number>();
  for (let a = 0; a < attributes.size; a++) {
    for (let f = model.stateOffsets[a]!; f < model.stateOffsets[a + 1]!; f++) {
      states.set(`${attributes.name(a)} -> ${labels[model.stateLabels[f]!]}`, model.stateWeights[f]!);
    }
  }
  const transitions = new Map<string, number>();
  for (const [i, from] of labels.entries()) {
    for (let f = model.transitionOffsets[i]!; f < model.transitionOffsets[i + 1]!; f++) {
      transitions.set(`${from} -> ${labels[model.transitionLabels[f]!]}`, model.transitionWeights[f]!);
    }
  }
  return { states, transitions };
}
