/** Language models of characters from what a config says of them. */
import { adamw, chain, clipByGlobalNorm, Rng, warmupCosine } from '@seqloom/core';
import { temperature } from '@seqloom/layers';
import { LanguageModel, type LanguageModelOptions } from '@seqloom/models';
import type { Context, Learning } from './context.js';
import { rounded } from './percent.js';
import type { Outcome } from './row.js';

export interface LanguageConfig {
  readonly seed: number;
  readonly model: Omit<LanguageModelOptions, 'rng'>;
  readonly learning: Required<Learning> & { readonly weightDecay: number; readonly stateful: boolean };
}

/** Characters of a quick run. */
const few = 1000;

/** Nats per character of the last tenth of Shakespeare, after training on the rest. */
export async function lossOnShakespeare(context: Context, config: LanguageConfig): Promise<Outcome> {
  const parts = await context.load('tiny-shakespeare');
  const train = characters(context, parts.train.text);
  const unseen = characters(context, parts.dev.text);
  const { seed, model, learning } = config;
  const { epochs, batchSize, learningRate, weightDecay, stateful } = learning;
  const language = LanguageModel.build([train], { ...model, rng: new Rng(seed) });
  const steps = Math.ceil((epochs * train.length) / (batchSize * (model.context ?? 128)));
  const rate = warmupCosine({ peak: learningRate, warmup: Math.ceil(steps / 20), steps: steps + 2 });
  const optimizer = chain(clipByGlobalNorm(1), adamw({ learningRate: rate, weightDecay }));
  await language.fit([train], { ...context.fit({ epochs, batchSize }, { optimizer, dev: [unseen] }), stateful });
  const { loss, perplexity } = await language.evaluate([unseen]);
  const rules = [temperature(0.8)];
  const [written] = await language.generate([[...'ROMEO:\n']], { maxLength: 120, rules, rng: new Rng(seed) });
  return {
    score: rounded(loss!, 4),
    further: { perplexity: rounded(perplexity!), 'ROMEO:': written!.join('').replace(/\n/g, ' / ') },
  };
}

function characters({ quick }: Context, text: string): string[] {
  return [...(quick ? text.slice(0, few) : text)];
}
