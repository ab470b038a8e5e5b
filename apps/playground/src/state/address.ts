/** The whole setup, as the part of the address behind '#': `#/dates?attention=dot&seed=7&input=…`; what a rival has different, as `vs.cell=lstm`. */
import type { Setup } from '../controls/control.js';
import type { Input, InputField } from '../experiment.js';

export interface Place {
  readonly experiment: string;
  /** As they stand in the address: unchecked. */
  readonly values: Readonly<Record<string, string>>;
  readonly input?: string;
  /** What differs in the setup that this one is compared with; undefined where none is. */
  readonly rival?: Readonly<Record<string, string>>;
}

const versus = 'vs.';

export function readAddress(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const { input, vs, ...all } = Object.fromEntries(new URLSearchParams(query));
  const entries = Object.entries(all);
  const own = entries.filter(([name]) => !name.startsWith(versus));
  const others = entries.filter(([name]) => name.startsWith(versus));
  return {
    experiment: decodeURIComponent(path),
    values: Object.fromEntries(own),
    input,
    ...(vs !== undefined || others.length > 0
      ? { rival: Object.fromEntries(others.map(([name, value]) => [name.slice(versus.length), value])) }
      : {}),
  };
}

/** `rival` is the setup it is compared with, if any; only what differs is written. */
export function writeAddress(experiment: string, setup: Setup, input: Input, rival?: Setup): string {
  const query = new URLSearchParams(Object.entries(setup).map(([name, value]) => [name, String(value)]));
  const written = writeInput(input);
  if (written) query.set('input', written);
  const others = Object.entries(rival ?? {}).filter(([name, value]) => setup[name] !== value);
  if (rival) query.set('vs', '1');
  for (const [name, value] of others) query.set(versus + name, String(value));
  return `#/${encodeURIComponent(experiment)}?${query}`;
}

/** An input as text; sounds are too long for an address. */
function writeInput(input: Input): string {
  if (input instanceof Float32Array) return '';
  return typeof input === 'object' ? input.map((value) => Number(value.toPrecision(6))).join(',') : String(input);
}

/** The input that `text` stands for in this field; undefined where it is none. */
export function readInput(field: InputField, text: string | undefined): Input | undefined {
  if (field.kind === 'none') return /^\d+$/.test(text ?? '') ? Number(text) : 0;
  if (text === undefined || field.kind === 'audio') return undefined;
  return field.kind === 'series' ? readSeries(text) : text;
}

/** The numbers in `text`, between commas or blanks; undefined unless all are numbers. */
export function readSeries(text: string): number[] | undefined {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  const numbers = parts.map(Number);
  return numbers.length > 0 && numbers.every(Number.isFinite) ? numbers : undefined;
}
