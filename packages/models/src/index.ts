/** @seqloom/models: ready models: build from data, fit, evaluate, predict, save, load. */

// What all of them share

export type { EncoderChoice, EncoderMaker, EncoderParts, EncoderSizes, RecurrentEncoder } from './encoders.js';
export type { FitOptions } from './fit-model.js';
export { type Criterion, ReadyModel } from './ready-model.js';

// Models

export type { PoolingName } from './classifier/classification-network.js';
export { FrameClassifier, type FrameClassifierOptions, type LabelledFrames } from './classifier/frame-classifier.js';
export {
  type LabelledText,
  SequenceClassifier,
  type SequenceClassifierOptions,
} from './classifier/sequence-classifier.js';
export { type LabelledSeries, SeriesClassifier, type SeriesClassifierOptions } from './classifier/series-classifier.js';
export type { Series } from './series/series.js';

export { type Attributes, type TaggedSentence, Tagger, type TaggerOptions, type TaggerParts } from './tagger/tagger.js';
export type { TokenSizes } from './text/token-reader.js';
