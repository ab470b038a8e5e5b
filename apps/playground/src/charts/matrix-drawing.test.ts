import { expect, test } from 'vitest';
import type { MatrixPicture } from '../experiment.js';
import { cellAt, geometryOf } from './matrix-drawing.js';

const picture = (rows: number, columns: number, label = 'x'): MatrixPicture => ({
  kind: 'matrix',
  rows: new Array(rows).fill(label),
  columns: new Array(columns).fill(label),
  layers: [{ label: '', values: new Float32Array(rows * columns) }],
  scale: 'share',
});

test('law: the middle of every cell is that cell, and outside there is none', () => {
  for (const shape of [picture(1, 1), picture(10, 14), picture(17, 5, 'ADJECTIVE')]) {
    const geometry = geometryOf(shape, 640);
    shape.rows.forEach((_, row) => {
      shape.columns.forEach((__, column) => {
        const x = geometry.left + (column + 0.5) * geometry.cellWidth;
        const y = geometry.top + (row + 0.5) * geometry.cellHeight;
        expect(cellAt(shape, geometry, x, y)).toEqual({ row, column });
      });
    });
    expect(cellAt(shape, geometry, geometry.left - 1, geometry.top + 1)).toBeUndefined();
    expect(cellAt(shape, geometry, geometry.width, geometry.height)).toBeUndefined();
  }
});

test('it fits its place while cells can be told apart, and grows beyond it otherwise', () => {
  expect(geometryOf(picture(10, 20), 640).width).toBeLessThanOrEqual(640);
  expect(geometryOf(picture(10, 80), 640).width).toBeGreaterThan(640);
});
