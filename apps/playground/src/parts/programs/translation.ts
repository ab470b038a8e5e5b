/** The programs of what writes one sequence for another. */
import type { Program } from '../../experiment.js';
import type { Languages, TranslatorSetup } from '../translation.js';
import { attentionSource, bothWaysSource, oneWaySource } from './layers.js';
import { jsonFiles, loading, programOf, quoted, vocabularyOf } from './program.js';

export interface TranslationProgram {
  readonly languages: Languages;
  readonly example: string;
  /** From `text` to its tokens. */
  readonly tokens: string;
  readonly joint: string;
  readonly maxLength: number;
}

export function translationProgram(setup: TranslatorSetup, program: TranslationProgram): Program {
  const { languages, example, tokens, joint, maxLength } = program;
  const model = setup.network === 'transformer' ? transformerSource(setup) : recurrentSource(setup);
  const body = `
await useBackend('cpu');
${vocabularyOf('source')}
${vocabularyOf('target')}
const model = ${model};
${loading}

async function write(text: string): Promise<string> {
  const { ids, mask } = padIds([source.encode(${tokens})]);
  const writer = model.writer({ source: ids, sourceMask: mask });
  const [found] = await greedy(writer, { start: target.start, end: target.end, maxLength: ${maxLength} });
  return target.decode(found!.ids).join(${quoted(joint)});
}

const text = process.argv[2] ?? ${quoted(example)};
console.log(text, '→', await write(text));
`;
  return programOf('Rebuilds the trained model and lets it write.', body, {
    files: jsonFiles({ source: languages.source, target: languages.target }),
  });
}

function recurrentSource(setup: TranslatorSetup): string {
  const { cell, size, decoder = 'luong' } = setup;
  const reads = decoder === 'luong' ? 32 : 32 + size;
  return `new EncoderDecoder({
  source: new Embedding({ vocabularySize: source.size, size: 32 }),
  target: new Embedding({ vocabularySize: target.size, size: 32 }),
  encoder: ${bothWaysSource(cell, 32, size)},
  decoder: new ${decoder === 'luong' ? 'LuongDecoder' : 'BahdanauDecoder'}({
    attention: ${attentionSource(setup, size, size)},
    contextSize: ${size},
    inputSize: 32,
    cell: ${oneWaySource(cell, reads, size)},
  }),
})`;
}

function transformerSource(setup: TranslatorSetup): string {
  const { heads, size } = setup;
  const block = `{ size: ${size}, heads: ${heads}, attention: () => ${attentionSource(setup, size, size)}, feedForward: { hiddenSize: ${2 * size} } }`;
  const stack = (name: string) =>
    `{ blocks: [new ${name}(${block}), new ${name}(${block})], positions: 'sinusoidal', norm: new LayerNorm({ size: ${size} }) }`;
  return `new Transformer({
  source: new Embedding({ vocabularySize: source.size, size: ${size} }),
  target: new Embedding({ vocabularySize: target.size, size: ${size} }),
  encoder: new TransformerEncoder(${stack('TransformerBlock')}),
  decoder: new TransformerDecoder(${stack('DecoderBlock')}),
  tied: false,
})`;
}
