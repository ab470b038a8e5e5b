/** Weights of attention as a picture: a row for each symbol that was written, a column for each that was read. */
import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';

export interface HeatMap {
  /** The symbols that were read, and those that were written. */
  read: readonly string[];
  written: readonly string[];
  /** [written][read], 0 to 1. */
  weights: readonly (readonly number[])[];
  /** For each written symbol the places that it comes from, drawn as frames. */
  known: readonly (readonly number[])[];
}

const cell = 20;

/** An SVG: the darker, the larger the weight, to two decimals; what rounds to 0 is left out. */
export function heatMap({ read, written, weights, known }: HeatMap): string {
  const { document } = new JSDOM().window;
  const seen = weights.flatMap((row, y) => row.map((weight, x) => ({ x, y, weight: Math.round(100 * weight) / 100 })));
  const right = known.flatMap((places, y) => places.map((x) => ({ x, y })));
  const place = { x: 'x', y: 'y', inset: 0 };
  const chart = Plot.plot({
    document,
    width: 50 + cell * read.length,
    height: 50 + cell * written.length,
    ...{ marginLeft: 40, marginRight: 10, marginTop: 40, marginBottom: 10, padding: 0 },
    style: { background: 'white', color: 'black' },
    x: { domain: read.keys(), axis: null },
    y: { domain: written.keys(), axis: null },
    color: { type: 'linear', domain: [0, 1], range: ['white', '#08306b'] },
    marks: [
      Plot.frame({ stroke: '#ccc' }),
      Plot.cell(
        seen.filter(({ weight }) => weight > 0),
        { ...place, fill: 'weight' },
      ),
      Plot.cell(right, { ...place, inset: 2, stroke: '#e6550d', strokeWidth: 1 }),
      Plot.axisX({ anchor: 'top', tickSize: 0, label: 'read →', tickFormat: (i: number) => read[i]! }),
      Plot.axisY({ anchor: 'left', tickSize: 0, label: '↓ written', tickFormat: (i: number) => written[i]! }),
    ],
  });
  chart.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${chart.outerHTML}\n`;
}

/** Of the picture of a mechanism, without its ending. */
export function fileName(mechanism: string): string {
  return mechanism.toLowerCase().replaceAll(' ', '-');
}
