/** What a row of docs/results.md is: data, a model, its config, and the score that it is to reach. */
import type { JsonValue } from '@seqloom/core';
import type { Context } from './context.js';

/** A bound that the score is to keep. */
export type Reach = { readonly atLeast: number } | { readonly atMost: number };

/** What a row found out: the score, and what else is worth knowing, by name. */
export interface Outcome {
  readonly score: number;
  readonly further?: Readonly<Record<string, number | string>>;
}

/** What a number means, and what it should be. */
export interface Figure {
  /** With its unit. */
  readonly metric: string;
  /** Without it the number is only reported. */
  readonly reach?: Reach;
  /** What others reach, and where that is from. */
  readonly reference: string;
}

export interface Row extends Figure {
  /** As `--only` takes it; also the name of its file in `rows/`. */
  readonly name: string;
  readonly data: string;
  readonly model: string;
  /** Figures among the outcome's `further` that have a line of their own, by name. */
  readonly besides?: Readonly<Record<string, Figure>>;
  /** All that was chosen; a finished row is run again when it changes. */
  readonly config: JsonValue;
  /** Why the score is not what it should be, where it is not. */
  readonly missed?: string;
  run(context: Context): Promise<Outcome>;
}

interface RowDefinition<Config extends JsonValue> extends Omit<Row, 'config' | 'run'> {
  readonly config: Config;
  run(context: Context, config: Config): Promise<Outcome>;
}

/** A row whose `run` is given its own config. */
export function defineRow<const Config extends JsonValue>({ run, ...rest }: RowDefinition<Config>): Row {
  return { ...rest, run: (context) => run(context, rest.config) };
}

/** Whether a score is good enough; true where nothing is asked of it. */
export function reached({ reach }: Pick<Figure, 'reach'>, score: number): boolean {
  if (!reach) return true;
  return 'atLeast' in reach ? score >= reach.atLeast : score <= reach.atMost;
}
