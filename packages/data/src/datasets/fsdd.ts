/** Spoken digits, 8 kHz. */
import { parseTar } from 'nanotar';
import { decodeWav } from '../audio/read-wav.js';
import { concat } from '../formats/byte-chunks.js';
import type { DatasetSource, Parts } from './dataset-source.js';

/** A digit as someone said it; samples lie in [-1, 1]. */
export interface SpokenDigit {
  readonly samples: Float32Array;
  readonly sampleRate: number;
  readonly digit: number;
  readonly speaker: string;
}

const repository = 'Jakobovski/free-spoken-digit-dataset';
const commit = '26eb9aaf';
const recording = /^(?:.*\/)?((\d)_(jackson|nicolas|yweweler)_(\d+)\.wav)$/;
/** Recordings with lower numbers are the official test. */
const firstOfTraining = 5;

/** 1,350 + 150 recordings of three speakers. */
export const fsdd: DatasetSource<Parts<'train' | 'test', SpokenDigit>> = {
  about: {
    title: 'Free Spoken Digit Dataset (speakers jackson, nicolas, yweweler)',
    licence: 'CC BY-SA 4.0',
    citation: 'Jackson, Souza, Flaks, Pan, Nicolas, Thite: Jakobovski/free-spoken-digit-dataset v1.0.8. Zenodo 2018',
    source: `https://github.com/${repository}/tree/${commit}`,
  },
  files: {
    recordings: {
      path: 'speech/fsdd/recordings.tar.gz',
      size: 9848722,
      sha256: '6c027bdccbaf05dd087a17bfc448fd439211b69b29caaf4bc6d71558dc32d3d9',
      origin: `https://codeload.github.com/${repository}/tar.gz/${commit}`,
      content: (archive) =>
        concat(recordings(archive).flatMap(({ name, data }) => [new TextEncoder().encode(name), data])),
    },
  },
  async parse(open) {
    const parts: Parts<'train' | 'test', SpokenDigit> = { train: [], test: [] };
    const archive = new Uint8Array(await (await open('recordings')).arrayBuffer());
    for (const { name, digit, speaker, index, data } of recordings(archive)) {
      const part = index < firstOfTraining ? parts.test : parts.train;
      const { channels, sampleRate } = decodeWav(data, `loadDataset(fsdd): ${name}`);
      part.push({ samples: channels[0]!, sampleRate, digit, speaker });
    }
    return parts;
  },
};

/** The recordings of an archive in the order of their names, whatever else it holds. */
function recordings(archive: Uint8Array) {
  // A copy, as the parser looks at the whole buffer behind a view.
  const found = parseTar(archive.slice()).flatMap(({ name: path, data }) => {
    const [, name, digit, speaker, index] = recording.exec(path) ?? [];
    return name && data ? [{ name, digit: Number(digit), speaker: speaker!, index: Number(index), data }] : [];
  });
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}
