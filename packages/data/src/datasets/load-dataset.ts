/** Real datasets by name: examples with their licence and citation, from a local folder or downloaded. */
import { DataError, OptionError } from '@seqloom/core/errors';
import { knownOptions, oneOf } from '@seqloom/core/options';
import * as catalogue from './catalogue.js';
import { verified } from './checksum.js';
import type { DataFile, DatasetAbout, DatasetSource } from './dataset-source.js';
import type { DownloadProgress } from './download.js';
import { defaultCache, type FileCache } from './file-cache.js';
import { type Folder, type FolderSource, folderOf } from './folder.js';
import { type Network, network } from './network.js';
import { supplier, unpacked } from './obtain.js';

type Catalogue = typeof catalogue;

const sources: Readonly<Record<DatasetName, DatasetSource<object, string>>> = { ...catalogue };

export type DatasetName = keyof Catalogue;

/** The names of all datasets. */
export const datasetNames: readonly DatasetName[] = Object.keys(sources).sort() as DatasetName[];

/** What each dataset gives, by its name: `train` and, where there are, `dev` and `test`. */
export type DatasetParts = {
  [Name in DatasetName]: Catalogue[Name] extends DatasetSource<infer Parts, infer _Split> ? Parts : never;
};

/** The type of one example of each dataset. */
export type DatasetExamples = {
  [Name in DatasetName]: DatasetParts[Name][keyof DatasetParts[Name]] extends (infer Example)[]
    ? Example
    : DatasetParts[Name][keyof DatasetParts[Name]];
};

/** The ways to split a dataset that has several, as `'length'` of SCAN. */
export type DatasetSplit<Name extends DatasetName> =
  Catalogue[Name] extends DatasetSource<infer _Parts, infer Split> ? Split : never;

export interface LoadOptions<Name extends DatasetName = DatasetName> {
  /** A data folder, in which each dataset has its place; without it files are downloaded. */
  folder?: FolderSource;
  /** Where downloads are kept: in Node `folderCache()` from @seqloom/data/node; in browsers the private file system unless told. */
  cache?: FileCache;
  /** An address that has what a data folder has, to download from instead of the original sources. */
  mirror?: string | URL;
  /** Cancels the download; what has come is kept. */
  signal?: AbortSignal;
  onProgress?: (progress: DownloadProgress) => void;
  /** Is told licence and citation once; `console.info` unless told, `() => {}` for silence. */
  onNotice?: (text: string) => void;
  /** Other ways to make requests and to wait. */
  network?: Partial<Network>;
  /** Which split, where there are several; the usual one unless told. */
  split?: DatasetSplit<Name>;
}

const optionNames = ['folder', 'cache', 'mirror', 'signal', 'onProgress', 'onNotice', 'network', 'split'];

/** A dataset with its name and terms. */
export type LoadedDataset<Name extends DatasetName> = {
  readonly name: Name;
  readonly about: DatasetAbout;
} & DatasetParts[Name];

/** The examples of a dataset, from a local folder or downloaded. Throws DataError when a file is missing, cannot be downloaded, is not the one that the dataset consists of, or breaks its format, UsageError once the signal has fired. */
export async function loadDataset<Name extends DatasetName>(
  name: Name,
  options: LoadOptions<Name> = {},
): Promise<LoadedDataset<Name>> {
  oneOf('loadDataset', 'name', name, datasetNames);
  knownOptions('loadDataset', options, optionNames);
  const where = `loadDataset(${name})`;
  const { about, splits, files, parse } = sources[name];
  if (options.split !== undefined && !splits) throw new OptionError(where, 'it has no `split` to choose');
  const split = splits ? oneOf(where, 'split', options.split ?? splits[0]!, splits) : '';
  const bytesOf = await fileReader(where, name, options);
  const parts = await parse(async (key) => {
    const file = files[key]!;
    return new File([(await bytesOf(file)) as Uint8Array<ArrayBuffer>], file.path);
  }, split);
  tellTerms(name, about, options.onNotice ?? console.info);
  return { name, about, ...parts } as unknown as LoadedDataset<Name>;
}

async function fileReader(
  where: string,
  dataset: string,
  options: LoadOptions,
): Promise<(file: DataFile) => Promise<Uint8Array>> {
  const { folder, cache, mirror, signal, onProgress, onNotice } = options;
  if (folder) {
    const place = folderOf(where, folder);
    return (file) => fromFolder(where, place, file);
  }
  return supplier(where, {
    dataset,
    cache: cache ?? (await defaultCache()),
    mirror,
    signal,
    onProgress,
    onNotice: onNotice ?? console.info,
    network: { ...network, ...options.network },
  });
}

/** The same file from a folder. */
async function fromFolder(where: string, folder: Folder, file: DataFile): Promise<Uint8Array> {
  const packed = file.path.endsWith('.gz') ? [] : [`${file.path}.gz`];
  for (const path of [file.path, ...packed]) {
    const source = await folder.read(path);
    if (source) return verified(where, path, file, await unpacked(`${where}: ${path}`, source));
  }
  throw new DataError(where, `there is no ${file.path} in the folder, nor packed as .gz`, {
    hint: 'pass the folder that holds the folders of all datasets',
  });
}

const told = new Set<string>();

/** Title, licence and citation, once in the life of the program. */
function tellTerms(
  name: string,
  { title, licence, citation, source }: DatasetAbout,
  tell: (text: string) => void,
): void {
  if (told.has(name)) return;
  told.add(name);
  tell(`${title}\n  licence: ${licence}\n  cite: ${citation}\n  source: ${source}`);
}
