/** The large pictures, as plain data: what an experiment's `predict` fills and the page draws. Matrices are row-major. */

export type Picture =
  | MatrixPicture
  | RibbonsPicture
  | LanesPicture
  | TrellisPicture
  | BeamPicture
  | FlowPicture
  | ConfusionPicture
  | PlotPicture;

/** One of several drawings of the same shape: a head, a layer, a quantity; the person switches between them. */
export interface PictureLayer {
  readonly label: string;
  readonly values: Float32Array;
}

/** A matrix with names on both axes. */
export interface MatrixPicture {
  readonly kind: 'matrix';
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** [rows, columns] each: one per head, or the only one. */
  readonly layers: readonly PictureLayer[];
  /** 'share': 0 to 1; 'signed': around 0, in both directions. */
  readonly scale: 'share' | 'signed';
  /** For each column, the row of the best path. */
  readonly path?: readonly number[];
  /** Its numbers cannot be set by hand, even if its view offers it. */
  readonly fixed?: boolean;
}

/** Who looked at whom: columns (the input) above, rows (the output) below, bands as wide as the weights between. */
export interface RibbonsPicture {
  readonly kind: 'ribbons';
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Weights [rows, columns] each, from 0 to 1. */
  readonly layers: readonly PictureLayer[];
}

/** Hidden states over time, one line per unit, the liveliest first, orange below 0 and blue above. */
export interface LanesPicture {
  readonly kind: 'lanes';
  /** What was read at each step. */
  readonly columns: readonly string[];
  readonly units: number;
  /** [T, units] each: forward and backward states, gates, … */
  readonly layers: readonly PictureLayer[];
}

/** States × time: a node's size is its probability, the best path is bold, impossible transitions are not there. */
export interface TrellisPicture {
  readonly kind: 'trellis';
  readonly states: readonly string[];
  /** What was observed at each step. */
  readonly columns: readonly string[];
  /** Shares [T, states] each: posterior marginals, forward, backward, … */
  readonly layers: readonly PictureLayer[];
  /** For each step, the state of the best path. */
  readonly path?: readonly number[];
  /** [states, states], 0 where a transition is impossible; else how likely it is, if known, or 1. */
  readonly transition?: Float32Array;
}

/** What beam search tried: a tree of tokens. */
export interface BeamPicture {
  readonly kind: 'beam';
  /** Parents before their children. The root is not told: a first token has parent -1. */
  readonly nodes: readonly BeamNode[];
}

export interface BeamNode {
  readonly token: string;
  readonly parent: number;
  /** Of the whole way from the root to here. */
  readonly logProbability: number;
  /** 'kept' stayed in the beam, 'dropped' fell out of it, 'ended' is a finished hypothesis, 'best' lies on the way to the winner. */
  readonly fate: 'kept' | 'dropped' | 'ended' | 'best';
}

/** The norm of the loss' gradient with respect to each state or parameter, step by step: where it vanishes, nothing is learnt. */
export interface FlowPicture {
  readonly kind: 'flow';
  /** A line each. */
  readonly parameters: readonly string[];
  readonly columns: readonly string[];
  /** Norms [parameters, T], not their logarithms. */
  readonly values: Float32Array;
}

/** How often each label (row) was taken for each other (column). */
export interface ConfusionPicture {
  readonly kind: 'confusion';
  readonly labels: readonly string[];
  /** [labels, labels] */
  readonly counts: Float32Array;
}

/** Lines over a common axis. */
export interface PlotPicture {
  readonly kind: 'plot';
  readonly axes: readonly [x: string, y: string];
  /** The place of each value on the x axis, rising; 0, 1, 2… where absent. */
  readonly x?: readonly number[];
  readonly lines: readonly PlotLine[];
  /** Areas between two lines: the more of them lie over each other, the darker. */
  readonly bands?: readonly { readonly lower: ArrayLike<number>; readonly upper: ArrayLike<number> }[];
  /** A logarithmic y axis. */
  readonly logarithmic?: boolean;
}

export interface PlotLine {
  readonly label: string;
  /** NaN where there is nothing. */
  readonly values: ArrayLike<number>;
  readonly dashed?: boolean;
}
