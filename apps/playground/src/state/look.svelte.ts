/** Where the person is looking: shared by the pictures, so that pointing at one explains the others. */
import type { Cell } from '../charts/drawing.js';

export class Look {
  view = $state('');
  layer = $state(0);
  /** A cell of the large picture. */
  cell: Cell | undefined = $state.raw();
  /** A token of the result. */
  token: number | undefined = $state();

  /** At a cell of a picture whose `axis` is that of the tokens. */
  atCell(cell: Cell | undefined, axis: 'row' | 'column' | undefined): void {
    this.cell = cell;
    this.token = axis && cell?.[axis];
  }

  atToken(token: number | undefined): void {
    this.cell = undefined;
    this.token = token;
  }
}
