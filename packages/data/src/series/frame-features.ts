/** Pictures of a film as rows of brightness: grey and small, so that a sequence model can read them. */
import { DataError } from '@seqloom/core/errors';
import { count, knownOptions } from '@seqloom/core/options';

/** Pixels row by row, four bytes each: red, green, blue and opacity, which is not looked at. An ImageData is one. */
export interface Frame {
  readonly data: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
}

export interface FrameSize {
  width: number;
  height: number;
}

/** Every frame as a row of brightness, [T,height·width]: see `greyFrame`; `withDifferences` adds how they change. */
export async function framesToFeatures(
  frames: Iterable<Frame> | AsyncIterable<Frame>,
  size: FrameSize,
): Promise<number[][]> {
  const rows: number[][] = [];
  for await (const frame of frames) rows.push(greyFrame(frame, size));
  return rows;
}

/** Brightness from 0 to 1 (Rec. 601) of a frame brought to another size by averaging the area under each pixel, [height·width] row by row. Throws DataError on a frame that has not the pixels it tells of. */
export function greyFrame(frame: Frame, size: FrameSize): number[] {
  const where = 'greyFrame';
  knownOptions(where, size, ['width', 'height']);
  const [width, height] = [count(where, 'width', size.width), count(where, 'height', size.height)];
  checkFrame(where, frame);
  const grey = brightness(frame);
  const narrow = averaged(
    grey,
    frame.width,
    width,
    { lines: frame.height, line: frame.width, item: 1 },
    { line: width, item: 1 },
  );
  return averaged(narrow, frame.height, height, { lines: width, line: 1, item: width }, { line: 1, item: width });
}

function checkFrame(where: string, { data, width, height }: Frame): void {
  if (width >= 1 && height >= 1 && data.length === 4 * width * height) return;
  throw new DataError(
    where,
    `a frame of ${width} × ${height} pixels must have ${4 * width * height} bytes, got ${data.length}`,
    {
      hint: 'a frame is an ImageData, or RGBA bytes with their width and height',
    },
  );
}

function brightness({ data, width, height }: Frame): number[] {
  const grey = new Array<number>(width * height);
  for (let i = 0; i < grey.length; i++) {
    grey[i] = (0.299 * data[4 * i]! + 0.587 * data[4 * i + 1]! + 0.114 * data[4 * i + 2]!) / 255;
  }
  return grey;
}

/** Every line of `from` values as one of `to`, each the mean of the stretch that it covers. */
function averaged(
  values: readonly number[],
  from: number,
  to: number,
  input: { lines: number; line: number; item: number },
  output: { line: number; item: number },
): number[] {
  const found = new Array<number>(input.lines * to).fill(0);
  for (let i = 0; i < to; i++) {
    const [begin, end] = [(i * from) / to, ((i + 1) * from) / to];
    for (let j = Math.floor(begin); j < Math.min(from, end); j++) {
      const share = ((Math.min(end, j + 1) - Math.max(begin, j)) * to) / from;
      for (let line = 0; line < input.lines; line++) {
        found[line * output.line + i * output.item]! += share * values[line * input.line + j * input.item]!;
      }
    }
  }
  return found;
}
