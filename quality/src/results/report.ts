/** docs/results.md from what the rows came to. */
import { type Result, resultOf } from './result.js';
import { type Figure, type Row, reached } from './row.js';

/** The page, in Markdown: every row, with or without a result. */
export function report(rows: readonly Row[], results: readonly Result[]): string {
  const found = rows.map((row) => ({ row, result: resultOf(row, results) }));
  const machines = new Set(found.flatMap(({ result }) => (result ? [`${result.machine}, ${result.date}`] : [])));
  const missed = found.flatMap(figures).filter(({ figure, value }) => value !== undefined && !reached(figure, value));
  const details = found.filter(({ result }) => result);
  return `# Results on real data

Every row is a ready model of [@seqloom/models](../packages/models/README.md) or a model of [@seqloom/hmm-crf](../packages/hmm-crf/README.md), trained from nothing with the config
below on the training part of a public data set and measured on its official test part; the best epoch comes from the development part where there is one. Only the configs of sentence
polarity and Turkish ATIS were tried on development data, the others were set beforehand, with these exceptions: for the EWT feature CRF test figures were seen at every 25 iterations (94.97
to 95.08; the 150 that had been set before were kept), the epochs of the EWT taggers follow a demo whose test score was known, and both Gaussian HMMs were run again without hmmlearn's prior,
which had moved them off their references; the epochs of tiny Shakespeare's models were cut after a first run so that no row takes 40 minutes (ten gave the LSTM 1.5043). Each row has one seed and no confidence interval: what is reached by a tenth or two of a percent is within the noise of sampling. Tiny Shakespeare has
no other part than its last tenth, on which the best epoch is chosen too; hidden Markov models are measured on what they were learnt from, as in the
books. No model has seen other data or vectors. Time is that of the whole row, reading, training and evaluating, with two threads: on the wall, beside whatever else the machine did, and in seconds of
processor cores; memory is the most that the process took.

\`npm run quality\` runs the rows that have no result with their present config, each in a process of its own, and writes this page; a row that was stopped goes on from its checkpoint. \`--only PATTERN\` picks
rows, \`--data DIR\` reads a local folder (else \`SEQLOOM_DATA\`, \`../shared/data\`, or a download), \`--quick\` tries every row on a few examples and writes nothing.

\`npm run quality\` · ${[...machines].join('; ') || 'not run yet'}

| data | model | metric | score | reach | time | of cores | memory | others |
|---|---|---|---|---|---|---|---|---|
${found.flatMap(figures).map(line).join('\n')}
${missed.length === 0 ? '' : `\n## What was missed\n\n${missed.map(explained).join('\n')}\n`}
## Configs and further figures

${details.map(detail).join('\n\n')}
`;
}

interface Found {
  readonly row: Row;
  readonly result: Result | undefined;
}

/** A line of the table. */
interface Measured extends Found {
  readonly figure: Figure;
  readonly value: number | undefined;
}

function figures({ row, result }: Found): Measured[] {
  const besides = Object.entries(row.besides ?? {}).map(([name, figure]) => {
    const value = result?.further?.[name];
    return { row, result, figure, value: value === undefined ? undefined : Number(value) };
  });
  return [{ row, result, figure: row, value: result?.score }, ...besides];
}

function line({ row, result, figure, value }: Measured): string {
  const cells = [row.data, `[${row.model}](#${row.name})`, figure.metric];
  const score = value === undefined ? 'not run' : reached(figure, value) ? `**${value}**` : `${value} (missed)`;
  const spent = result ? [minutes(result.seconds), minutes(result.cpuSeconds), `${result.megabytes} MB`] : ['', '', ''];
  return `| ${[...cells, score, bound(figure), ...spent, figure.reference].join(' | ')} |`;
}

function bound({ reach }: Figure): string {
  if (!reach) return 'reported';
  return 'atLeast' in reach ? `≥ ${reach.atLeast}` : `≤ ${reach.atMost}`;
}

function minutes(seconds: number | undefined): string {
  if (seconds === undefined) return '–';
  return seconds < 100 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1)} min`;
}

function explained({ row, figure, value }: Measured): string {
  const wanted = figure.reach && ('atLeast' in figure.reach ? figure.reach.atLeast : figure.reach.atMost);
  const by = Math.abs(value! - wanted!).toFixed(2);
  const why = row.missed ?? 'Why is not known yet.';
  return `- **${row.data}, ${row.model}**, ${figure.metric}: ${value}, ${by} from ${wanted}. ${why}`;
}

function detail({ row, result }: Found): string {
  const further = Object.entries(result!.further ?? {}).map(([name, value]) => `- ${name}: ${value}`);
  return [
    `### ${row.name}\n`,
    `${row.data}: ${row.model}, at commit ${result!.commit}.\n`,
    ...(further.length > 0 ? [...further, ''] : []),
    `\`\`\`json\n${JSON.stringify(row.config, null, 2)}\n\`\`\``,
  ].join('\n');
}
