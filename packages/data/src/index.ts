/** @seqloom/data: readers, vocabularies, batching, metrics and synthetic data: arrays until the last step, which is @seqloom/data/to-tensors. */

// Datasets and their steps

export { collect, type Dataset, dataset } from '@seqloom/core/dataset';
export { Rng } from '@seqloom/core/rng';
export { type Examples, pipe, type Step } from './pipe.js';
export { batch } from './steps/batch.js';
export { batchByTokens, type TokenBudgetOptions } from './steps/batch-by-tokens.js';
export { type BucketOptions, bucketByLength, type LengthOrder } from './steps/bucket-by-length.js';
export { filter } from './steps/filter.js';
export { type ExampleWorker, type FromWorkerOptions, fromWorker } from './steps/from-worker.js';
export { map } from './steps/map.js';
export { prefetch } from './steps/prefetch.js';
export { type DataPosition, type ResumableDataset, resumable } from './steps/resumable.js';
export { serveExamples } from './steps/serve-examples.js';
export { shuffle } from './steps/shuffle.js';
export { type GroupOptions, type KFoldOptions, kFold, type TrainDevTestOptions, trainDevTest } from './steps/split.js';
export { take } from './steps/take.js';
export { type Window, type WindowsOptions, windows } from './steps/windows.js';

// File formats

export { type ConllOptions, readConll, writeConll } from './formats/conll.js';
export type { ConllColumns, ConllSentence } from './formats/conll-parser.js';
export { readConllu, writeConllu } from './formats/conllu.js';
export { type CsvOptions, type CsvPlace, type CsvRow, readCsv } from './formats/csv.js';
export { type Drop, droppedFiles } from './formats/dropped-files.js';
export { type JsonlOptions, readJsonl, writeJsonl } from './formats/jsonl.js';
export { readLines, readParallel, type SentencePair } from './formats/lines.js';
export { readParagraphs, readText, type TextChunks, textChunks } from './formats/plain-text.js';
export type { ReadOptions } from './formats/records.js';
export type { Dependency, EmptyNode, Features, MultiwordRange, Sentence, Token } from './formats/sentence.js';
export type { TextSource } from './formats/text-source.js';

// Tokens as ids

export { type TokenColumn, TokenEncoder, type TokenEncoderOptions } from './features/token-encoder.js';
export { type TokenFeature, type TokenFeatureName, tokenFeatures } from './features/token-features.js';
export { segmentWords, splitCharacters } from './tokenizers/segments.js';
export { splitWords } from './tokenizers/words.js';
export { type Specials, Vocabulary, type VocabularyOptions } from './vocabulary.js';

// Word vectors

export { readWordVectors, type WordVectorsOptions } from './vectors/read-word-vectors.js';
export type { Neighbour, WordVectors } from './vectors/word-vectors.js';

// Tag schemes

export { convertTags, repairTags, type TagFault, tagFaults } from './tag-schemes/convert-tags.js';
export { readSpans } from './tag-schemes/read-spans.js';
export type { TagScheme } from './tag-schemes/schemes.js';
export { strictSpans } from './tag-schemes/strict-spans.js';
export type { Span } from './tag-schemes/tag.js';
export { writeTags } from './tag-schemes/write-tags.js';

// Metrics

export { tokenAccuracy } from './metrics/accuracy.js';
export { type AlignmentStep, align } from './metrics/align.js';
export {
  type BleuCounts,
  type BleuOptions,
  type BleuScore,
  type BleuSmoothing,
  bleu,
  bleuCounts,
  bleuOfCounts,
} from './metrics/bleu.js';
export type { BleuTokenizer } from './metrics/bleu-tokens.js';
export {
  brierScore,
  type CalibrationBin,
  type CalibrationOptions,
  calibrationBins,
  expectedCalibrationError,
} from './metrics/calibration.js';
export { type ChrFOptions, type ChrFScore, chrF } from './metrics/chrf.js';
export { type ConfusionMatrix, confusionMatrix, labelF1 } from './metrics/confusion.js';
export {
  characterErrorRate,
  type EditCounts,
  editCounts,
  editDistance,
  errorRate,
  wordErrorRate,
} from './metrics/error-rate.js';
export { exactMatch } from './metrics/exact-match.js';
export { bitsPerCharacter, perplexity } from './metrics/language-model.js';
export type { References } from './metrics/references.js';
export { type RougeOptions, type RougeScore, type RougeScores, rouge } from './metrics/rouge.js';
export type { ScoreReport, Scores } from './metrics/scores.js';
export {
  approximateRandomization,
  bootstrapInterval,
  type ConfidenceInterval,
  type IntervalOptions,
  type PairedTest,
  pairedBootstrap,
  type ResamplingOptions,
  type SampleScore,
} from './metrics/significance.js';
export { type SpanF1Options, spanF1, spanScores } from './metrics/span-f1.js';
export { type TerOptions, type TerScore, ter } from './metrics/ter.js';

// Synthetic data

export {
  type CalendarDate,
  type DateFormat,
  dateFormats,
  dateLanguages,
  twoDigitYears,
  writeDate,
} from './synthetic/date-formats.js';
export {
  type DateExample,
  type DatesSplitOptions,
  datesSplit,
  dateYears,
  type GenerateDatesOptions,
  generateDates,
} from './synthetic/dates.js';
export { type GenerateSentencesOptions, generateSentences } from './synthetic/sentences.js';
