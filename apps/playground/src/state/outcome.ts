/** What an experiment promises of its first setup, as the page tells it. */
import type { Setup } from '../controls/control.js';
import type { Description, Outcome } from '../experiment.js';

/** The outcome that holds for this setup; none where it is not the first one: another seed or backend may be chosen. */
export function outcomeFor(experiment: Description, setup: Setup): Outcome | undefined {
  const first = Object.entries(experiment.controls).every(([name, { initial }]) => setup[name] === initial);
  return first ? experiment.outcome : undefined;
}

/** Which of the measured qualities it speaks of. */
export function qualityOf({ measure }: Pick<Description, 'measure'>, { quality }: Outcome): number {
  return quality === undefined ? 0 : [measure, ...(measure.beside ?? [])].findIndex(({ label }) => label === quality);
}

export function outcomeInWords({ measure }: Description, outcome: Outcome): string {
  const { label, scale = 'share' } = [measure, ...(measure.beside ?? [])][qualityOf({ measure }, outcome)]!;
  const { steps, atLeast } = outcome;
  const value = scale === 'share' ? `${Math.round(100 * atLeast)} %` : atLeast;
  const what = `${label[0]!.toLowerCase()}${label.slice(1)}`;
  return `With these settings, at least ${value} after ${steps} steps: ${what}.`;
}
