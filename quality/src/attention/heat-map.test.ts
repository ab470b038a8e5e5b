/** The picture shows the weights. */
import { expect, it } from 'vitest';
import { heatMap } from './heat-map.js';

const read = [...'abca'];
const written = [...'ba'];
const weights = [
  [0.1, 0.9, 0, 0.004],
  [0.25, 0.25, 0.25, 0.25],
];
const draw = (rows = weights) => heatMap({ read, written, weights: rows, known: [[1], [0, 3]] });
/** The groups of rectangles: cells, then frames. */
const groups = (svg: string) => svg.split('aria-label="cell"').slice(1);

it('is an SVG of its own with every symbol, also those that come twice', () => {
  const svg = draw();
  expect(svg).toMatch(/^<svg[^>]* xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  const texts = Array.from(svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g), ([, text]) => text);
  expect(texts).toEqual([...read, 'read →', ...written, '↓ written']);
});

it('has a rectangle for each weight that is not 0 to two decimals, darker for a larger one, and a frame for each known place', () => {
  const [cells, frames] = groups(draw()) as [string, string];
  expect(cells.match(/<rect/g)).toHaveLength(6);
  expect(frames.match(/<rect/g)).toHaveLength(3);
  const light = Array.from(cells.matchAll(/fill="rgb\((\d+),/g), ([, red]) => Number(red));
  expect(light[1]).toBeLessThan(light[0]!);
  expect(new Set(light.slice(2)).size).toBe(1);
});

it('noise below the second decimal changes nothing', () => {
  expect(draw(weights.map((row) => row.map((weight) => weight + 1e-4)))).toBe(draw());
});
