/** @seqloom/models: ready models: build from data, fit, evaluate, predict, save, load. */

// What all of them share

export type { EncoderChoice, EncoderMaker, EncoderSizes, RecurrentEncoder } from './encoders.js';
export type { FitOptions } from './fit-model.js';
export { type Criterion, ReadyModel } from './ready-model.js';

// Models

export { type Attributes, type TaggedSentence, Tagger, type TaggerOptions, type TaggerParts } from './tagger/tagger.js';
export type { TokenSizes } from './tagger/token-reader.js';
