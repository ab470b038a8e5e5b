/** Exported programs: the imports that a body needs, and the lines that all of them share. */
import { type Program, weightsFile } from '../../experiment.js';

/** What programs use, by where it comes from. */
const exported: Readonly<Record<string, readonly string[]>> = {
  'node:fs/promises': ['readFile'],
  '@seqloom/attention': [
    'AdditiveScore',
    'Attention',
    'AttentionPooling',
    'CosineScore',
    'DotScore',
    'entmax15',
    'GeneralScore',
    'MultiHead',
    'ScaledDotScore',
    'sigmoid',
    'sparsemax',
  ],
  '@seqloom/core': ['loadWeights', 'Module', 'Rng', 'sequence', 'useBackend'],
  '@seqloom/data': ['splitWords', 'TokenEncoder', 'tokenFeatures', 'Vocabulary'],
  '@seqloom/data/audio': ['logMel', 'mono', 'normalizeUtterance', 'readWav', 'resample'],
  '@seqloom/data/to-tensors': ['padFeatures', 'padIds', 'padValues'],
  '@seqloom/hmm-crf': ['CRF', 'tagScheme'],
  '@seqloom/hmm-crf/feature-crf': ['FeatureCRF', 'Float64Chain', 'readCrfsuiteModel'],
  '@seqloom/hmm-crf/hmm': ['observations', 'readHMM'],
  '@seqloom/layers': [
    'BahdanauDecoder',
    'CausalBlock',
    'ctcGreedyDecode',
    'DecoderBlock',
    'drawn',
    'Embedding',
    'EncoderDecoder',
    'forbid',
    'greedy',
    'gru',
    'LayerNorm',
    'Linear',
    'LRUBlock',
    'lstm',
    'LuongDecoder',
    'MinGRUCell',
    'Recurrent',
    'simpleRNN',
    'SoftmaxHead',
    'stream',
    'TaggingNetwork',
    'temperature',
    'TokenEmbedding',
    'Transformer',
    'TransformerBlock',
    'TransformerDecoder',
    'TransformerEncoder',
    'TransformerStack',
  ],
};

/** A program of this body; `what` says in one line what it does. Without `tensors` it needs no tfjs backend. */
export function programOf(
  what: string,
  body: string,
  { files = {}, tensors = true }: { files?: Readonly<Record<string, string>>; tensors?: boolean } = {},
): Program {
  const code = `${body.trim()}\n`;
  const lines = Object.entries(exported).flatMap(([module, names]) => {
    const used = names.filter((name) => new RegExp(`(?<![\\w.'])${name}\\b(?!:)`).test(code));
    return used.length > 0 ? [`import { ${used.join(', ')} } from '${module}';`] : [];
  });
  if (tensors) lines.push(`import '@tensorflow/tfjs-backend-cpu';`);
  if (/\btf\./.test(code)) lines.push(`import * as tf from '@tensorflow/tfjs-core';`);
  return { source: `/** ${what} */\n${lines.join('\n')}\n\n${code}`, files };
}

/** Reads the weights into `model`. */
export const loading = `await loadWeights(model, new Uint8Array(await readFile(new URL('${weightsFile}', import.meta.url))));`;

/** Makes `name` a Vocabulary of its file. */
export function vocabularyOf(name: string): string {
  return `const ${name} = Vocabulary.fromJSON(JSON.parse(await readFile(new URL('${name}.json', import.meta.url), 'utf8')));`;
}

/** The files of vocabularies, by their names. */
export function jsonFiles(parts: Readonly<Record<string, { toJSON(): unknown }>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [`${name}.json`, `${JSON.stringify(part.toJSON())}\n`]),
  );
}

/** A text in quotes. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
