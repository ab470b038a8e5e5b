/** @seqloom/models: ready models: build from data, fit, evaluate, predict, save, load. */

// What all of them share

export type { BatchBudget, BatchSize } from './batch-size.js';
export type { CausalChoice, CausalDescription, CausalLayer, CausalMaker, RecurrentCausal } from './causal-layers.js';
export type { CellName } from './cells.js';
export type {
  EncoderChoice,
  EncoderDescription,
  EncoderMaker,
  EncoderParts,
  EncoderSizes,
  RecurrentEncoder,
} from './encoders.js';
export type { FitOptions } from './fit-model.js';
export { type Criterion, ReadyModel } from './ready-model.js';
export type { TransformerDescription } from './transformers.js';

// Models

export type { PoolingName } from './classifier/classification-network.js';
export { FrameClassifier, type FrameClassifierOptions, type LabelledFrames } from './classifier/frame-classifier.js';
export {
  type LabelledText,
  SequenceClassifier,
  type SequenceClassifierOptions,
} from './classifier/sequence-classifier.js';
export { type LabelledSeries, SeriesClassifier, type SeriesClassifierOptions } from './classifier/series-classifier.js';
export {
  type GenerateOptions,
  type LanguageFitOptions,
  LanguageModel,
  type LanguageModelOptions,
  type LanguageModelParts,
  type Tokens,
} from './language/language-model.js';
export type {
  RecurrentTranslation,
  TransformerTranslation,
  TranslationChoice,
  TranslationDescription,
  TranslationMaker,
  TranslationNetwork,
  TranslationSizes,
} from './seq2seq/networks.js';
export type { Pair } from './seq2seq/pair-reader.js';
export {
  Seq2Seq,
  type Seq2SeqFitOptions,
  type Seq2SeqOptions,
  type Seq2SeqParts,
  type TranslateOptions,
  type Translation,
} from './seq2seq/seq2seq.js';
export { type Forecast, Forecaster, type ForecasterOptions, type ForecasterParts } from './series/forecaster.js';
export type { Series } from './series/series.js';

export {
  type RecognizeOptions,
  SpeechRecognizer,
  type SpeechRecognizerOptions,
  type Utterance,
} from './speech/speech-recognizer.js';
export { type IntentSentence, JointTagger, type JointTaggerOptions, type Understood } from './tagger/joint-tagger.js';
export type { TagHeadName } from './tagger/tag-heads.js';
export { type Attributes, type TaggedSentence, Tagger, type TaggerOptions, type TaggerParts } from './tagger/tagger.js';
export type { WordSizes } from './text/word-reader.js';
