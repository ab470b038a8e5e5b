/** Searches along a line for a step that makes a function small enough: Nocedal & Wright, Numerical Optimization, ch. 3. */

/** The function at a step, and its derivative by the step. */
export interface LinePoint {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
}

/** Evaluates at a step; what was evaluated last is where the search stands. */
export type Line = (step: number) => Promise<LinePoint>;

/** The point that was found, after how many evaluations; undefined where there is none in `maxTrials`. */
export type LineSearch = (
  line: Line,
  start: LinePoint,
  firstStep: number,
  maxTrials: number,
) => Promise<{ point: LinePoint; trials: number } | undefined>;

/** The value must fall by this part of what the slope promises, and the slope to this part of itself. */
export const sufficientDecrease: number = 1e-4;
export const sufficientFlatness: number = 0.9;

export const smallestStep: number = 1e-20;
export const largestStep: number = 1e20;

/** Halves the step where the value is too large, and makes it longer where the slope is still steep. */
export const backtracking: LineSearch = (line, start, step, maxTrials) =>
  backtrack(line, start, step, maxTrials, (slope) => (slope < sufficientFlatness * start.slope ? 2.1 : 1));

/** The same, and halves it also where the slope is steep on the other side (the strong Wolfe condition). */
export const strongBacktracking: LineSearch = (line, start, step, maxTrials) =>
  backtrack(line, start, step, maxTrials, (slope) => {
    if (slope < sufficientFlatness * start.slope) return 2.1;
    return slope > -sufficientFlatness * start.slope ? 0.5 : 1;
  });

async function backtrack(
  line: Line,
  start: LinePoint,
  firstStep: number,
  maxTrials: number,
  stretch: (slope: number) => number,
): ReturnType<LineSearch> {
  let step = firstStep;
  for (let trials = 1; trials <= maxTrials; trials++) {
    const point = await line(step);
    const low = point.value <= start.value + sufficientDecrease * step * start.slope;
    const factor = low ? stretch(point.slope) : 0.5; // also for a value that is no number
    if (factor === 1) return { point, trials };
    step *= factor;
    if (step < smallestStep || step > largestStep) return undefined;
  }
  return undefined;
}
