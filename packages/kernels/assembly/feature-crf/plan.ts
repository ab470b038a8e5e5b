/** Where the data and the model of a sparse CRF lie: pointers to int32 and float64 arrays. Rows of labels have P numbers: L, made even. */
@unmanaged
export class Plan {
  L: i32;
  /** [S+1]: the first token of every sequence. */
  sequences: usize;
  /** [N+1]: the first attribute of every token. */
  tokens: usize;
  /** Ids, ascending within a token; and their values, or 0 where all are 1. */
  attributes: usize;
  values: usize;
  /** [N]. */
  labels: usize;
  /** [A,2]: the attribute's first state feature and how many it has; or its row of `denseWeights`, and −1. */
  groups: usize;
  /** One for each state feature; labels ascend within an attribute. */
  stateLabels: usize;
  stateWeights: usize;
  /** [H,P]: the weights of attributes that have features for most labels, 0 for the others; so whole vectors are added. */
  denseWeights: usize;
  /** [L,L]. */
  transition: usize;
  /** `scaledExponentials` of it [P,P] and [P], and that matrix transposed [L,P]. */
  weights: usize;
  scale: usize;
  transposed: usize;
  /** One row for each token of a batch: forward messages; what the backward messages are made of; p(label) − 1 at the given label. */
  alphas: usize;
  betas: usize;
  errors: usize;
  /** Two rows of workspace for each thread. */
  workspace: usize;
  /** [S]: how much every sequence counts, or 0 where all count 1. */
  sequenceWeights: usize;
  /** [S]: −log p(labels), times that. */
  losses: usize;
  /** One number for each state feature. */
  gradient: usize;
  denseGradient: usize;
  /** [L,P]: expected transitions, before they are multiplied by `weights`. */
  pairs: usize;
}

@inline
export function int(pointer: usize, index: i32): i32 {
  return load<i32>(pointer + (<usize>index << 2));
}

@inline
export function doubleAt(pointer: usize, index: i32): usize {
  return pointer + (<usize>index << 3);
}
