#!/usr/bin/env node
/** `seqloom`: the family from a shell. */
import { isSeqError } from '@seqloom/core';
import { Command, Option } from 'commander';
import { addCrfCommands } from './crf/commands.js';
import { positive, wholeNumber } from './terminal/arguments.js';

const program = new Command('seqloom')
  .description('Sequence models with attention, from a shell.')
  .showHelpAfterError();

const demo = program
  .command('demo')
  .description('train a real model and use it: dates (default) or tagger')
  .enablePositionalOptions();

withTraining(
  demo.command('dates', { isDefault: true }).description('human-written dates → ISO dates, with attention'),
).action(async (options) => (await import('./demo/dates.js')).demoDates(options));

withTraining(demo.command('tagger').description('part-of-speech tagging of a treebank folder: RNN + CRF'))
  .argument('[sentence...]', 'a sentence to tag with the reloaded model')
  .requiredOption('--data <folder>', 'folder with *-train, *-dev and *-test .conllu or .conllu.gz')
  .option('--model <file>', 'where to save the model', 'models/tagger.safetensors')
  .action(async (sentence, options) => {
    const { demoTagger } = await import('./demo/tagger.js');
    await demoTagger({ ...options, sentence: sentence.join(' ') });
  });

addCrfCommands(program);

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(); // the reader, as `head`, has seen enough
});

await program.parseAsync().catch((error: unknown) => {
  if (!isSeqError(error)) throw error;
  console.error(`\n${error.message}\n`);
  process.exitCode = 1;
});

/** The options that every training command has. */
function withTraining(command: Command): Command {
  return command
    .option('--epochs <n>', 'passes over the training data', positive)
    .option('--seed <n>', 'seed of data, weights and shuffling', wholeNumber, 1)
    .addOption(new Option('--backend <name>', 'tfjs backend').choices(['auto', 'cpu', 'wasm']).default('auto'))
    .option('--json <file>', 'write there what was reached');
}
