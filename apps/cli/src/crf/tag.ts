/** `crf tag`: labels for sequences in CRFsuite's text format, one a line, an empty line after each sequence; their own labels are only compared with. */
import { once } from 'node:events';
import type { AttributeSequence, FeatureCRF } from '@seqloom/hmm-crf/feature-crf';
import { attributeFile, type DataChoices } from './attribute-file.js';
import { loadModel } from './model-file.js';

export interface TagChoices extends DataChoices {
  probability?: boolean;
  marginals?: boolean;
  reference?: boolean;
  evaluate?: boolean;
}

export async function tagFile(model: string, data: string, choices: TagChoices): Promise<void> {
  const crf = await loadModel(model);
  const counts = { sequences: 0, rightSequences: 0, items: 0, rightItems: 0 };
  for await (const sequence of attributeFile(data, choices)) {
    const labels = crf.tag(sequence.items);
    const right = labels.filter((label, t) => label === sequence.labels[t]).length;
    counts.sequences++;
    counts.items += labels.length;
    counts.rightItems += right;
    if (right === labels.length) counts.rightSequences++;
    if (choices.evaluate) continue;
    const room = process.stdout.write(lines(crf, sequence, labels, choices));
    if (!room) await once(process.stdout, 'drain');
  }
  if (choices.evaluate) console.log(report(counts));
}

/** The lines of one sequence, as `crfsuite tag` writes them. */
function lines(
  crf: FeatureCRF,
  { items, labels: given }: AttributeSequence,
  labels: string[],
  choices: TagChoices,
): string {
  const marginals = choices.marginals ? crf.marginals(items) : undefined;
  const head = choices.probability ? `@probability\t${crf.probability(items, labels).toFixed(6)}\n` : '';
  const body = labels.map((label, t) => {
    const certainty = marginals ? `:${marginals[t]![crf.labels.indexOf(label)]!.toFixed(6)}` : '';
    return `${choices.reference ? `${given[t]}\t` : ''}${label}${certainty}\n`;
  });
  return `${head}${body.join('')}\n`;
}

function report(counts: { sequences: number; rightSequences: number; items: number; rightItems: number }): string {
  const share = (right: number, all: number) =>
    `${right} of ${all}${all > 0 ? ` (${((100 * right) / all).toFixed(2)} %)` : ''}`;
  return `items right: ${share(counts.rightItems, counts.items)}\nsequences right: ${share(counts.rightSequences, counts.sequences)}`;
}
