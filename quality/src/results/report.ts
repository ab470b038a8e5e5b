/** docs/results.md from what the rows came to. */
import { type Result, resultOf } from './result.js';
import { type Row, reached } from './row.js';

/** The page, in Markdown: every row, with or without a result. */
export function report(rows: readonly Row[], results: readonly Result[]): string {
  const found = rows.map((row) => ({ row, result: resultOf(row, results) }));
  const machines = new Set(found.flatMap(({ result }) => (result ? [`${result.machine}, ${result.date}`] : [])));
  const missed = found.filter(({ row, result }) => result && !reached(row, result.score));
  const details = found.filter(({ result }) => result);
  return `# Results on real data

Every row is a ready model of [@seqloom/models](../packages/models/README.md) or [@seqloom/hmm-crf](../packages/hmm-crf/README.md), trained from nothing with the config below it on the
training part of a public data set, and measured once on its official test part; choices were made on development parts. No model has seen other
data or vectors. Time is that of the whole row, reading, training and evaluating, with two threads; memory is the most that its process took.

\`npm run quality\` · ${[...machines].join('; ') || 'not run yet'}

| data | model | metric | score | reach | time | memory | others |
|---|---|---|---|---|---|---|---|
${found.map(line).join('\n')}
${missed.length === 0 ? '' : `\n## What was missed\n\n${missed.map(explained).join('\n')}\n`}
## Configs and further figures

${details.map(detail).join('\n\n')}
`;
}

interface Found {
  readonly row: Row;
  readonly result: Result | undefined;
}

function line({ row, result }: Found): string {
  const cells = [row.data, `[${row.model}](#${row.name})`, row.metric];
  const score = result ? (reached(row, result.score) ? `**${result.score}**` : `${result.score} (missed)`) : 'not run';
  const spent = result ? [minutes(result.seconds), `${result.megabytes} MB`] : ['', ''];
  return `| ${[...cells, score, bound(row), ...spent, row.reference].join(' | ')} |`;
}

function bound({ reach }: Row): string {
  if (!reach) return 'reported';
  return 'atLeast' in reach ? `≥ ${reach.atLeast}` : `≤ ${reach.atMost}`;
}

function minutes(seconds: number): string {
  return seconds < 100 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1)} min`;
}

function explained({ row, result }: Found): string {
  const wanted = row.reach && ('atLeast' in row.reach ? row.reach.atLeast : row.reach.atMost);
  const by = Math.abs(result!.score - wanted!).toFixed(2);
  return `- **${row.data}, ${row.model}**: ${result!.score}, ${by} from ${wanted}. ${row.missed ?? 'Why is not known yet.'}`;
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
