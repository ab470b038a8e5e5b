/** How numbers become colour: one hue from transparent to full, so that zero is the page itself; a second hue for negative numbers. */

export interface Ink {
  readonly weight: string;
  readonly negative: string;
  readonly text: string;
  readonly soft: string;
  readonly line: string;
  readonly accent: string;
  readonly page: string;
  /** Colours of lines, in order. */
  readonly lines: readonly string[];
  readonly font: string;
  readonly mono: string;
}

/** The colours and fonts in use, light or dark. */
export function inkOf(element: Element): Ink {
  const style = getComputedStyle(element);
  const variable = (name: string) => style.getPropertyValue(name).trim();
  return {
    weight: variable('--weight'),
    negative: variable('--negative'),
    text: variable('--ink'),
    soft: variable('--soft'),
    line: variable('--line'),
    accent: variable('--accent'),
    page: variable('--page'),
    lines: [1, 2, 3, 4, 5, 6].map((index) => variable(`--line-${index}`)),
    font: style.fontFamily,
    mono: variable('--mono'),
  };
}

/** The fill for a value whose size runs from 0 to 1. */
export function fill(value: number, ink: Pick<Ink, 'weight' | 'negative'>): string {
  return `rgb(${value < 0 ? ink.negative : ink.weight} / ${Math.min(1, Math.abs(value)).toFixed(3)})`;
}

/** A token as it can be seen: blanks at its ends get a sign. */
export function visible(token: string): string {
  return token.replace(/^ +| +$/g, (blanks) => '␣'.repeat(blanks.length)).replaceAll('\n', '↵');
}

/** A share as a percentage. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** A number of any size, short. */
export function short(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e5 || size < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}
