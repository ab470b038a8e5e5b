/** The whole setup, as the part of the address behind '#': `#/dates?attention=dot&seed=7&input=…`. */
import type { Setup } from '../controls/control.js';

export interface Place {
  readonly experiment: string;
  /** As they stand in the address: unchecked. */
  readonly values: Readonly<Record<string, string>>;
  readonly input?: string;
}

export function readAddress(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const { input, ...values } = Object.fromEntries(new URLSearchParams(query));
  return { experiment: decodeURIComponent(path), values, input };
}

export function writeAddress(experiment: string, setup: Setup, input: string): string {
  const query = new URLSearchParams(Object.entries(setup).map(([name, value]) => [name, String(value)]));
  if (input) query.set('input', input);
  return `#/${encodeURIComponent(experiment)}?${query}`;
}
