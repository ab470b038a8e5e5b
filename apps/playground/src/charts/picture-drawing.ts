/** Every kind of picture, laid out for a width. */
import type { Picture, PictureLayer, View } from '../experiment.js';
import { beamDrawing } from './beam-drawing.js';
import { confusionDrawing } from './confusion-drawing.js';
import type { Drawing } from './drawing.js';
import { flowDrawing } from './flow-drawing.js';
import { lanesDrawing } from './lanes-drawing.js';
import { drawingOfMatrix } from './matrix-drawing.js';
import { plotDrawing } from './plot-drawing.js';
import { ribbonsDrawing } from './ribbons-drawing.js';
import { trellisDrawing } from './trellis-drawing.js';

export function drawingOf(picture: Picture, { axes = ['row', 'column'] }: View, layer: number, width: number): Drawing {
  switch (picture.kind) {
    case 'matrix':
      return drawingOfMatrix(picture, layer, axes, width);
    case 'ribbons':
      return ribbonsDrawing(picture, { layer, axes, width, height: 224 });
    case 'lanes':
      return lanesDrawing(picture, layer, width);
    case 'trellis':
      return trellisDrawing(picture, layer, width);
    case 'beam':
      return beamDrawing(picture, width);
    case 'flow':
      return flowDrawing(picture, width);
    case 'confusion':
      return confusionDrawing(picture, width);
    case 'plot':
      return plotDrawing(picture, width);
  }
}

/** The drawings that one can switch between: heads, directions, quantities. */
export function layersOf(picture: Picture): readonly PictureLayer[] {
  return 'layers' in picture ? picture.layers : [];
}
