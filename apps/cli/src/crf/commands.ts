/** `seqloom crf …`: sparse CRFs on CRFsuite's files. */
import { type Command, Option } from 'commander';
import { positive, wholeNumber } from '../terminal/arguments.js';
import type { AlgorithmName } from './train.js';

const dataArgument =
  "sequences in CRFsuite's text format: label TAB attribute TAB attribute:weight…; - is standard input";
/** By the names that CRFsuite's `learn -a` has for them. */
const algorithmNames: AlgorithmName[] = ['lbfgs', 'l2sgd', 'ap', 'pa', 'arow'];
const skipText = 'leave sequences out that cannot be read, instead of stopping';

export function addCrfCommands(program: Command): void {
  const crf = program
    .command('crf')
    .description("sparse conditional random fields, on CRFsuite's data and model files");
  crf
    .command('train <data...>')
    .description('learn a model')
    .addHelpText('after', `\ndata: ${dataArgument}`)
    .requiredOption('-m, --model <file>', 'where to write the model, as CRFsuite does')
    .addOption(new Option('-a, --algorithm <name>').choices(algorithmNames).default('lbfgs'))
    .option(
      '-p, --set <name=value>',
      'an option of the algorithm, as c1=0.1 or maxIterations=50; any number of them',
      also,
      [],
    )
    .option('--min-freq <n>', 'leave out features that are rarer', wholeNumber, 0)
    .option('--possible-states', 'every attribute with every label, not only those seen together')
    .option('--possible-transitions', 'every label after every label')
    .option('--threads <n>', 'how many', positive, 1)
    .option('--seed <n>', 'what the order of sequences is drawn from', wholeNumber, 1)
    .option('--skip', skipText)
    .action(async (data, options) => (await import('./train.js')).trainFile(data, options));
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

function also(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
