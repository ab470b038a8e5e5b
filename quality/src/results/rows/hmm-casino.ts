/** Which rolls came from the loaded die, by the model of the book that has them (Durbin et al. 1998, figure 3.5). */
import { tokenAccuracy } from '@seqloom/data';
import { Categorical, HMM, observations } from '@seqloom/hmm-crf/hmm';
import { percent, rounded } from '../percent.js';
import { defineRow } from '../row.js';

export const hmmCasino = defineRow({
  name: 'hmm-casino',
  data: 'the dishonest casino',
  model: 'HMM: Viterbi path',
  metric: '% of rolls as in the book',
  reach: { atLeast: 100 },
  reference: 'the path printed in the book',
  config: {
    startProb: [0.5, 0.5],
    transMat: [
      [0.95, 0.05],
      [0.1, 0.9],
    ],
    emissionProb: [
      [1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6],
      [0.1, 0.1, 0.1, 0.1, 0.1, 0.5],
    ],
    bookPath: 'F48 L18 F12 L34 F67 L13 F78 L19 F11',
  },
  async run(context, { startProb, transMat, emissionProb, bookPath }) {
    const { train } = await context.load('casino');
    const column = (name: string) => train.rows.map((row) => row[train.columns.indexOf(name)]!);
    const data = observations(column('roll').map((roll) => roll - 1));
    const hmm = new HMM({ emission: new Categorical({ stateCount: 2, size: 6, emissionProb }), startProb, transMat });
    const { path, scores } = hmm.viterbi(data);
    const found = Array.from(path, (state) => 'FL'[state]!);
    const book = bookPath.split(' ').flatMap((run) => new Array<string>(Number(run.slice(1))).fill(run[0]!));
    const dice = column('true_die').map((die) => 'FL'[die]!);
    return {
      score: percent(tokenAccuracy([found], [book])),
      further: {
        'log likelihood': rounded(hmm.score(data), 4),
        'log probability of the path': rounded(scores[0]!, 4),
        '% of dice right': percent(tokenAccuracy([found], [dice])),
      },
    };
  },
});
