/** Gradient norms, step by step, on a logarithmic scale of six decades: where it fades, the gradient vanishes. */
import type { FlowPicture } from '../experiment.js';
import type { Drawing } from './drawing.js';
import { drawLegend } from './labels.js';
import { matrixDrawing } from './matrix-drawing.js';
import { short } from './palette.js';

const decades = 6;

export function flowDrawing({ parameters, columns, values }: FlowPicture, available: number): Drawing {
  const top = values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, value) : most), 1e-30);
  const size = (value: number) => (value > 0 ? Math.max(0, Math.min(1, 1 + Math.log10(value / top) / decades)) : 0);
  const matrix = { rows: parameters, columns, axes: ['of', 'step'] as const, values, size, show: short };
  const drawing = matrixDrawing(matrix, available);
  return {
    ...drawing,
    height: drawing.height + 28,
    size: `${parameters.length} norms over ${columns.length} steps, the largest ${short(top)}`,
    draw: (context, ink, focus) => {
      drawing.draw(context, ink, focus);
      drawLegend(context, ink, { x: 16, y: drawing.height + 12, from: top * 10 ** -decades, to: top });
    },
  };
}
