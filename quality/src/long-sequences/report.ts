/** Trials as a page: a table for each task and length. */
import { tasks } from './tasks.js';
import type { Trial } from './trial.js';

const about: Record<string, string> = {
  adding:
    'The sum of two marked numbers, one in each half of T (Hochreiter and Schmidhuber 1997). Always saying 1 has an MSE of 0.167; solved below 0.01.',
  copy: 'Ten symbols out of eight, T blanks, a sign, and then the ten must be written (arXiv:1511.06464). A guess is right in 12.5 %; solved above 99 %.',
  'delayed recall':
    'The symbol of the first step, asked for at the last one, with noise between them. A guess is right in 12.5 %; solved above 99 %.',
};

/** The page, in Markdown; it holds what was run and nothing else. */
export function report(trials: readonly Trial[], machine: string): string {
  const names = Object.keys(tasks).filter((task) => trials.some((trial) => trial.task === task));
  const { batch, size, learningRate } = trials[0]!.budget;
  const lengths = [...new Set(trials.map(({ length }) => length))].sort((a, b) => a - b).join(', ');
  return `# Cells over long sequences, compared

What each cell keeps over T steps, and how its gradient comes back through them. Every network is Linear → ReLU → its layer (${size} units) → Linear, trained on ${batch} new rows a step with Adam (learning rate
${learningRate}), gradients clipped to a norm of 1 unless its name says otherwise, one seed, until it solves its task on 200 unseen rows (looked at every 50 steps) or its budget of steps is spent. The score is
that of the rows which ended training, so a little kind to what is solved. "Not in 400" says that 400 steps were not
enough, and nothing about 4,000. What is not in a table was not run; T = ${lengths} were, and not all networks at each.

\`npm run compare:cells\` (a row alone: \`npm run compare:cells -- --task adding --only '^LSTM$' --lengths 400 --steps 2500\`) · ${machine} · milliseconds are medians on whatever else the machine was doing, good for an order of magnitude

- **first ÷ last** is what of the gradient's norm at the last step is left at the first one, in the untrained network (\`gradientFlow\`; means over windows of T/40 steps; 0: less than float32 holds): how much there
  is to learn from at the start. Less is no proof that nothing will be learnt: see GRU on adding.
- **largest** is the largest norm of the whole gradient in training, before clipping: what exploded.
- How they begin is part of what is compared: recurrent weights are orthogonal ("uniform": drawn as any other weights); an LSTM's forget bias is 1 ("chrono": up to log T, arXiv:1804.11188); minGRU, minLSTM and QRNN have
  \`timescale: T\` ("no timescale": biases 0); an LRU's eigenvalues begin on a ring of 0.99 to 0.9999, turning by up to 2π a step ("small phases": π/10; "ring 0–0.99": forgetful ones too).
- "Residual stack": two layers, each added to what it reads. "LRU blocks": two of the paper's, with normalisation and GLU. "Transformer": two causal blocks of two heads with rotary positions; "attention block": one of them above a GRU. "Attention pooling": a learned query weighs
  all steps, where one answer is asked for.

![The gradient's norm at every step of the untrained networks](long-sequences.svg)

${names.map((task) => section(task, trials)).join('\n\n')}
`;
}

function section(task: string, trials: readonly Trial[]): string {
  const ours = trials.filter((trial) => trial.task === task);
  const lengths = [...new Set(ours.map(({ length }) => length))].sort((a, b) => a - b);
  const tables = lengths.map((length) =>
    table(
      task,
      ours.filter((trial) => trial.length === length),
    ),
  );
  return `## ${task[0]!.toUpperCase()}${task.slice(1)}

${about[task]}

${tables.join('\n\n')}`;
}

function table(task: string, trials: readonly Trial[]): string {
  const { name, better } = tasks[task]!.measure;
  const worth = ({ score }: Trial) => (score === null ? -Infinity : better === 'more' ? score : -score);
  const lines = trials
    .toSorted((a, b) => (a.solvedAfter ?? Infinity) - (b.solvedAfter ?? Infinity) || worth(b) - worth(a))
    .map((trial) => `| ${cells(trial, better).join(' | ')} |`);
  return `### T = ${trials[0]!.length}

| network | ${name} | solved after | first ÷ last | largest | ms a step |
|---|---|---|---|---|---|
${lines.join('\n')}`;
}

function cells(
  { network, score, solvedAfter, budget, flow, largestGradient, stepMs }: Trial,
  better: string,
): string[] {
  return [
    network,
    score === null ? 'diverged' : better === 'more' ? (100 * score).toFixed(1) : score.toFixed(4),
    score === null ? '–' : solvedAfter === null ? `not in ${budget.steps}` : String(solvedAfter),
    rounded(flow[0]! / flow.at(-1)!, 1),
    rounded(largestGradient, 2),
    stepMs.toFixed(0),
  ];
}

const rounded = (value: number, digits: number) => String(Number(value.toPrecision(digits)));
