/** Laws of every kind of picture. */
import { describe, expect, test } from 'vitest';
import type { Picture, View } from '../experiment.js';
import { walk } from './drawing.js';
import { drawingOf } from './picture-drawing.js';

const view: View = { name: '', title: '', help: '', axes: ['output', 'input'] };
const names = (count: number, label = 'x') => Array.from({ length: count }, (_, i) => `${label}${i}`);
const noise = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898) ** 2);
const layers = (length: number) => [{ label: 'all', values: noise(length) }];
const node = (token: string, parent: number, fate: 'best' | 'dropped' = 'dropped') =>
  ({ token, parent, logProbability: -1, fate }) as const;

const pictures: Record<string, Picture[]> = {
  matrix: [
    { kind: 'matrix', rows: names(1), columns: names(1), layers: layers(1), scale: 'share' },
    { kind: 'matrix', rows: names(10), columns: names(14, 'word'), layers: layers(140), scale: 'signed' },
  ],
  ribbons: [{ kind: 'ribbons', rows: names(5), columns: names(7), layers: layers(35) }],
  lanes: [{ kind: 'lanes', columns: names(30), units: 80, layers: layers(2400) }],
  trellis: [
    { kind: 'trellis', states: names(3), columns: names(12), layers: layers(36), path: new Array(12).fill(1) },
    { kind: 'trellis', states: names(17), columns: names(100), layers: layers(1700), transition: noise(289) },
  ],
  beam: [
    { kind: 'beam', nodes: [node('a', -1, 'best'), node('b', -1), node('c', 0), node('d', 0, 'best'), node('e', 1)] },
  ],
  flow: [{ kind: 'flow', parameters: names(3), columns: names(20), values: noise(60) }],
  confusion: [{ kind: 'confusion', labels: names(4), counts: noise(16) }],
  plot: [
    {
      kind: 'plot',
      axes: ['x', 'y'],
      lines: [
        { label: 'a', values: noise(9) },
        { label: 'b', values: noise(9) },
      ],
    },
  ],
};

describe.each(Object.entries(pictures))('%s', (kind, all) => {
  test.each(all.map((picture) => [picture]))(
    'law: arrow keys reach everything that can be read, and words are told of it',
    (picture) => {
      const drawing = drawingOf(picture, view, 0, 640);
      const reached = new Set<string>();
      let start = walk(drawing, undefined, 'ArrowDown');
      for (let column = 0; column < drawing.columns; column++) {
        let cell = start;
        for (let row = 0; row < drawing.rows && cell; row++) {
          expect(drawing.read(cell)).toBeTruthy();
          reached.add(`${cell.row} ${cell.column}`);
          cell = walk(drawing, cell, 'ArrowDown');
        }
        start = walk(drawing, start, 'ArrowRight');
      }
      expect(reached.size).toBe(kind === 'beam' ? 5 : drawing.rows * drawing.columns);
      expect(walk(drawing, undefined, 'Tab')).toBeUndefined();
    },
  );

  test.each(all.map((picture) => [picture]))(
    'law: what the pointer finds can be read, and outside there is nothing',
    (picture) => {
      const drawing = drawingOf(picture, view, 0, 640);
      let found = 0;
      for (let x = 0; x < drawing.width; x += 7) {
        for (let y = 0; y < drawing.height; y += 7) {
          const cell = drawing.at(x, y);
          if (cell) expect(drawing.read(cell)).toBeTruthy();
          if (cell) found++;
        }
      }
      expect(found).toBeGreaterThan(0);
      if (kind !== 'plot') expect(drawing.at(-100, -100)).toBeUndefined();
    },
  );

  test.each(all.map((picture) => [picture]))('law: the table has a cell for every column of its head', (picture) => {
    const { head, rows } = drawingOf(picture, view, 0, 640).table();
    expect(rows.length).toBeGreaterThan(0);
    for (const { cells } of rows) expect(cells.length).toBe(head.length);
  });
});

test('a matrix fits its place while cells can be told apart, and grows beyond it otherwise', () => {
  const matrix = (columns: number): Picture => ({
    ...(pictures.matrix![0] as Extract<Picture, { kind: 'matrix' }>),
    columns: new Array(columns).fill('x'),
    layers: layers(columns),
  });
  expect(drawingOf(matrix(20), view, 0, 640).width).toBeLessThanOrEqual(640);
  expect(drawingOf(matrix(80), view, 0, 640).width).toBeGreaterThan(640);
});
