/** Small films of a shape that moves: what it is and where it goes can be told from several frames only. */
import { count, within } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import { drawExamples, type GenerateOptions } from './draw-examples.js';

export type Shape = 'square' | 'frame' | 'cross' | 'diamond';
export type Movement = 'left' | 'right' | 'up' | 'down';

/** T frames of size · size brightnesses from 0 to 1, row by row. */
export interface ShapeFilm {
  readonly frames: readonly Float32Array[];
  readonly shape: Shape;
  readonly movement: Movement;
}

export interface GenerateShapesOptions extends GenerateOptions {
  /** Width and height, at least 7; 16 unless told. */
  size?: number;
  /** Frames, at least two; 8 unless told. */
  length?: number;
  /** Standard deviation of what is added to each brightness; 0 unless told. */
  noise?: number;
}

const pictures: Readonly<Record<Shape, readonly string[]>> = {
  square: ['#####', '#####', '#####', '#####', '#####'],
  frame: ['#####', '#...#', '#...#', '#...#', '#####'],
  cross: ['..#..', '..#..', '#####', '..#..', '..#..'],
  diamond: ['..#..', '.###.', '#####', '.###.', '..#..'],
};
const steps: Readonly<Record<Movement, readonly [x: number, y: number]>> = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, -1],
  down: [0, 1],
};

/** Films in which a shape moves by one place a frame; what leaves at one side comes in at the other. */
export function generateMovingShapes(options: GenerateShapesOptions): ShapeFilm[] {
  const where = 'generateMovingShapes';
  const { size = 16, length = 8, noise = 0 } = options;
  count(where, 'size', size, 7);
  count(where, 'length', length, 2);
  within(where, 'noise', noise, 0);
  return drawExamples(where, options, ['size', 'length', 'noise'], (rng) => {
    const shape = rng.choice(Object.keys(pictures) as Shape[]);
    const movement = rng.choice(Object.keys(steps) as Movement[]);
    const [x, y] = [rng.below(size), rng.below(size)];
    const [right, down] = steps[movement];
    const frame = (_: unknown, t: number) =>
      noisy(rng, picture(pictures[shape], size, x + t * right, y + t * down), noise);
    return { frames: Array.from({ length }, frame), shape, movement };
  });
}

function picture(rows: readonly string[], size: number, left: number, top: number): Float32Array {
  const wrapped = (place: number) => ((place % size) + size) % size;
  const frame = new Float32Array(size * size);
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < row.length; x++) {
      if (row[x] === '#') frame[wrapped(top + y) * size + wrapped(left + x)] = 1;
    }
  }
  return frame;
}

function noisy(rng: Rng, frame: Float32Array, noise: number): Float32Array {
  return noise === 0 ? frame : frame.map((value) => Math.min(1, Math.max(0, value + noise * rng.normal())));
}
