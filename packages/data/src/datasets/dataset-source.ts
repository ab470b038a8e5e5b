/** What describes a dataset: where its files lie, what they must be, and how examples are read from them. */

/** What a dataset is called, whose it is, and under which terms. */
export interface DatasetAbout {
  readonly title: string;
  readonly licence: string;
  /** What a publication that uses it cites. */
  readonly citation: string;
  /** The page, with the version. */
  readonly source: string;
}

/** One file as a data folder holds it, plain or as `.gz`; size and checksum are of the plain bytes. */
export interface DataFile {
  /** From the data folder on, with `/`. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  /** The URL of the same bytes, or what they are made from. */
  readonly origin: string | Conversion;
  /** What size and checksum are of, where bytes may differ and hold the same, as those of archives. */
  readonly content?: (bytes: Uint8Array) => Uint8Array;
}

/** The rule by which a file is made from others; none of them where the rule holds all of it. */
export interface Conversion {
  readonly urls: readonly string[];
  convert(originals: readonly Uint8Array[]): Uint8Array | string | Promise<Uint8Array>;
}

/** Opens one of a dataset's files by its key in `files`, checked. */
export type OpenFile = (key: string) => Promise<File>;

/** A dataset: `Parts` is what it gives, such as `{ train, test }`, `Split` the names of its ways to split. */
export interface DatasetSource<Parts, Split extends string = never> {
  readonly about: DatasetAbout;
  /** The ways to split it, the usual one first. */
  readonly splits?: readonly Split[];
  readonly files: Readonly<Record<string, DataFile>>;
  parse(open: OpenFile, split: Split): Promise<Parts>;
}

/** Examples of one type in each part. */
export type Parts<Name extends string, Example> = Readonly<Record<Name, Example[]>>;

/** Reads part after part. */
export async function readParts<Name extends string, Example>(
  names: readonly Name[],
  read: (name: Name) => Promise<Example[]>,
): Promise<Parts<Name, Example>> {
  const parts: Partial<Record<Name, Example[]>> = {};
  for (const name of names) parts[name] = await read(name);
  return parts as Parts<Name, Example>;
}

/** The address of a file in a GitHub repository, at a commit, so that it stays as it is. */
export function github(repository: string, commit: string, path: string): string {
  return `https://raw.githubusercontent.com/${repository}/${commit}/${path}`;
}
