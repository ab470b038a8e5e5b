/** @seqloom/data/datasets: real datasets by name, with their licence and citation. */

export type { DatasetAbout, Parts } from './dataset-source.js';
export type { DownloadProgress } from './download.js';
export { browserCache, type FileCache, memoryCache } from './file-cache.js';
export type { Folder, FolderSource } from './folder.js';
export type { SpokenDigit } from './fsdd.js';
export type { LanguageText, TextParts } from './language-text.js';
export {
  type DatasetExamples,
  type DatasetName,
  type DatasetParts,
  type DatasetSplit,
  datasetNames,
  type LoadedDataset,
  type LoadOptions,
  loadDataset,
} from './load-dataset.js';
export type { Network } from './network.js';
export type { ScanSplit, SymbolPair } from './scan.js';
export type { AbstractSummary } from './scitldr.js';
export type { LabelledText } from './sentence-polarity.js';
export type { Series, SeriesParts } from './series.js';
export type { IntentExample } from './snips.js';
export type { TaggedWords } from './wnut17.js';
