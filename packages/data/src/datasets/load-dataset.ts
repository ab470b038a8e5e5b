/** Real datasets by name: examples with their licence and citation, from a local folder. */
import { DataError, OptionError } from '@seqloom/core/errors';
import { knownOptions, oneOf } from '@seqloom/core/options';
import { byteChunks, concat } from '../formats/byte-chunks.js';
import * as catalogue from './catalogue.js';
import { verified } from './checksum.js';
import type { DataFile, DatasetAbout, DatasetSource } from './dataset-source.js';
import { type Folder, type FolderSource, folderOf } from './folder.js';

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
  /** A data folder, in which each dataset has its place. */
  folder?: FolderSource;
  /** Which split, where there are several; the usual one unless told. */
  split?: DatasetSplit<Name>;
}

/** A dataset with its name and terms. */
export type LoadedDataset<Name extends DatasetName> = {
  readonly name: Name;
  readonly about: DatasetAbout;
} & DatasetParts[Name];

/** The examples of a dataset. Throws DataError when a file is missing, is not the one that the dataset consists of, or breaks its format. */
export async function loadDataset<Name extends DatasetName>(
  name: Name,
  options: LoadOptions<Name> = {},
): Promise<LoadedDataset<Name>> {
  oneOf('loadDataset', 'name', name, datasetNames);
  knownOptions('loadDataset', options, ['folder', 'split']);
  const where = `loadDataset(${name})`;
  const { about, splits, files, parse } = sources[name];
  if (options.split !== undefined && !splits) throw new OptionError(where, 'it has no `split` to choose');
  const split = splits ? oneOf(where, 'split', options.split ?? splits[0]!, splits) : '';
  if (!options.folder) throw new OptionError(where, '`folder` is missing');
  const folder = folderOf(where, options.folder);
  const parts = await parse(async (key) => fileFrom(where, folder, files[key]!), split);
  return { name, about, ...parts } as unknown as LoadedDataset<Name>;
}

async function fileFrom(where: string, folder: Folder, file: DataFile): Promise<File> {
  const packed = file.path.endsWith('.gz') ? [] : [`${file.path}.gz`];
  for (const path of [file.path, ...packed]) {
    const source = await folder.read(path);
    if (!source) continue;
    const bytes = await unpacked(`${where}: ${path}`, source);
    return new File([verified(where, path, file, bytes) as Uint8Array<ArrayBuffer>], file.path);
  }
  throw new DataError(where, `there is no ${file.path} in the folder, nor packed as .gz`, {
    hint: 'pass the folder that holds the folders of all datasets',
  });
}

async function unpacked(where: string, source: Parameters<typeof byteChunks>[1]): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of byteChunks(where, source)) chunks.push(chunk);
  return concat(chunks);
}
