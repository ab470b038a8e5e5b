/** The programs of taggers: a network, a feature CRF, a hidden Markov model. */
import { hmmFile, type Program } from '../../experiment.js';
import type { ScorerName } from '../attention.js';
import { trainingFile } from '../kept-training.js';
import type { CellName } from '../recurrent.js';
import { type Treebank, vectorSizes } from '../treebank.js';
import { attentionSource, bothWaysSource } from './layers.js';
import { jsonFiles, loading, programOf, quoted } from './program.js';

const sentence = 'The old man reads a book.';

interface TaggerSetup {
  readonly model: 'network' | 'features' | 'hmm';
  readonly cell: CellName;
  readonly size: number;
  readonly scorer: ScorerName | 'none';
  readonly heads: number;
  readonly head: 'crf' | 'softmax';
}

export function taggerProgram(setup: TaggerSetup, data: Treebank): Program {
  if (setup.model === 'features') return featureProgram(treebankItems, sentence);
  return setup.model === 'hmm' ? hmmProgram(data) : networkProgram(setup, data);
}

function networkProgram({ cell, size, scorer, heads, head }: TaggerSetup, { encoder, tags }: Treebank): Program {
  const attention =
    scorer === 'none' ? '' : `\n  attention: ${attentionSource({ scorer, normalizer: 'softmax', heads }, size, size)},`;
  const body = `
await useBackend('cpu');
const tags: readonly string[] = ${JSON.stringify(tags.tokens)};
const encoder = TokenEncoder.fromJSON(JSON.parse(await readFile(new URL('encoder.json', import.meta.url), 'utf8')));
const sizes = ${JSON.stringify(vectorSizes)};
const embeddings = new TokenEmbedding({
  columns: encoder.columns.map(({ vocabulary }, i) => ({
    vocabularySize: vocabulary.size,
    size: sizes[i]!,
    unknown: vocabulary.unknown,
  })),
});
const model = new TaggingNetwork({
  embeddings,
  encoder: ${bothWaysSource(
    cell,
    vectorSizes.reduce((sum, each) => sum + each, 0),
    size,
  )},${attention}
  contextSize: ${size},
  tags: tags.length,
  head: ${head === 'crf' ? 'new CRF({ labelCount: tags.length })' : 'new SoftmaxHead()'},
});
${loading}

const words = splitWords(process.argv[2] ?? ${quoted(sentence)});
const { ids: tokens, mask } = padFeatures([encoder.encodeAll(words)]);
const path = await model.decode({ tokens, mask }).data();
console.log(words.map((word, t) => word + '/' + tags[path[t]!]).join(' '));
`;
  return programOf('Rebuilds the trained tagger and tags a sentence.', body, { files: jsonFiles({ encoder }) });
}

function hmmProgram({ encoder, tags }: Treebank): Program {
  const body = `
const tags: readonly string[] = ${JSON.stringify(tags.tokens)};
const encoder = TokenEncoder.fromJSON(JSON.parse(await readFile(new URL('encoder.json', import.meta.url), 'utf8')));
const hmm = readHMM(JSON.parse(await readFile(new URL('${hmmFile}', import.meta.url), 'utf8')).hmm);
const [word, suffix] = ['word', 'suffix3'].map((name) => encoder.columns.findIndex(({ feature }) => feature === name));
const { unknown } = encoder.columns[word!]!.vocabulary;

const words = splitWords(process.argv[2] ?? ${quoted(sentence)});
const rows = encoder
  .encodeAll(words)
  .map((ids) => (ids[word!] === unknown ? [Number.NaN, ids[suffix!]!] : [ids[word!]!, Number.NaN]));
const { path } = hmm.viterbi(observations([rows]));
console.log(words.map((form, t) => form + '/' + tags[path[t]!]).join(' '));
`;
  return programOf('Reads the trained hidden Markov model and tags a sentence.', body, {
    files: jsonFiles({ encoder }),
    tensors: false,
  });
}

/** Attributes of a word as \`tagging-rivals.ts\` makes them. */
const treebankItems = `
const names = ['word', 'suffix2', 'suffix3', 'prefix2', 'shape'] as const;
const items = words.map((form, t) => [
  ...names.map((name) => name + '=' + tokenFeatures[name](form).replaceAll('\\0', '·')),
  'before=' + (t > 0 ? tokenFeatures.word(words[t - 1]!) : '<s>'),
  'after=' + (t < words.length - 1 ? tokenFeatures.word(words[t + 1]!) : '</s>'),
]);`.trim();

/** \`items\` defines the items of \`words\`. */
export function featureProgram(items: string, example: string, restrict = ''): Program {
  const body = `
const bytes = new Uint8Array(await readFile(new URL('${trainingFile}', import.meta.url)));
const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
const crf = new FeatureCRF(readCrfsuiteModel(bytes.slice(4 + length, 4 + length + header.model)));

const words = splitWords(process.argv[2] ?? ${quoted(example)});
${items}
const chain = crf.chain(items)${restrict};
const [logZ] = chain.logPartition();
for (const { path, score } of chain.kBest(3)[0]!)
  console.log(
    (100 * Math.exp(score - logZ!)).toFixed(1) + ' %',
    words.map((word, t) => word + '/' + crf.labels[path[t]!]).join(' '),
  );
`;
  return programOf('Reads the trained conditional random field and prints the best paths of a sentence.', body, {
    tensors: false,
  });
}
