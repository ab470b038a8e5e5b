/** The sparse CRF as data: what training makes, files hold and tagging reads. */

/** The attributes of a model, by number and by name. */
export interface AttributeTable {
  readonly size: number;
  /** −1 where the model does not know the attribute. */
  id(attribute: string): number;
  name(id: number): string;
}

/** Weights in float64; state features are grouped by attribute, transitions by the label they come from, both ascending in the label. */
export interface FeatureModel {
  /** L names. */
  readonly labels: readonly string[];
  /** A names. */
  readonly attributes: AttributeTable;
  /** [A+1]: the state features of attribute a are stateOffsets[a] … stateOffsets[a+1] − 1. */
  readonly stateOffsets: Int32Array;
  readonly stateLabels: Int32Array;
  readonly stateWeights: Float64Array;
  /** [L+1]: likewise, by the label before. */
  readonly transitionOffsets: Int32Array;
  readonly transitionLabels: Int32Array;
  readonly transitionWeights: Float64Array;
}
