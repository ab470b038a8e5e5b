/** `seqloom crf …`: sparse CRFs on CRFsuite's files. */
import type { Command } from 'commander';
import { positive } from '../terminal/arguments.js';

const dataArgument =
  "sequences in CRFsuite's text format: label TAB attribute TAB attribute:weight…; - is standard input";
const skipText = 'leave sequences out that cannot be read, instead of stopping';

export function addCrfCommands(program: Command): void {
  const crf = program
    .command('crf')
    .description("sparse conditional random fields, on CRFsuite's data and model files");
  crf
    .command('tag <model> [data]')
    .description('label sequences')
    .addHelpText('after', `\nmodel: a file of CRFsuite or of this program\ndata: ${dataArgument}`)
    .option('-p, --probability', 'write the probability of the labels before each sequence')
    .option('-i, --marginals', 'write the probability of each label behind it')
    .option('-r, --reference', 'write the label of the data before each label')
    .option('-t, --evaluate', 'write only how many labels are those of the data')
    .option('--skip', skipText)
    .action(async (model, data = '-', options) => (await import('./tag.js')).tagFile(model, data, options));
  crf
    .command('dump <model>')
    .description('show what a model has learned')
    .option('--top <n>', 'how many transitions, and attributes of each label, for and against', positive, 10)
    .action(async (model, options) => (await import('./dump.js')).dumpModel(model, options));
}
