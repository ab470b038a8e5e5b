/** The line search of Moré & Thuente, ACM Transactions on Mathematical Software 20 (1994) 286: an interval that shrinks around a good step. */
import {
  type LinePoint,
  type LineSearch,
  largestStep,
  smallestStep,
  sufficientDecrease,
  sufficientFlatness,
} from './line-search.js';

/** An interval of steps: the best point yet, and the other end. */
interface Interval {
  best: LinePoint;
  other: LinePoint;
  /** Whether a minimum lies within. */
  bracketed: boolean;
}

export const moreThuente: LineSearch = async (line, start, firstStep, maxTrials) => {
  const promised = sufficientDecrease * start.slope;
  const interval: Interval = { best: start, other: start, bracketed: false };
  let step = firstStep;
  let widths: [number, number] = [largestStep, 2 * largestStep]; // of the interval now, and before the last but one step
  let first = true; // no point yet has a low value and a slope that is not too steep
  for (let trials = 1; trials <= maxTrials; trials++) {
    const [low, high] = limits(interval, step);
    step = Math.min(Math.max(step, smallestStep), largestStep);
    const point = await line(step);
    if (!Number.isFinite(point.value) || !Number.isFinite(point.slope)) {
      step = interval.best.step + 0.1 * (step - interval.best.step); // far out numbers overflow
      continue;
    }
    const test = start.value + step * promised;
    if (point.value <= test && Math.abs(point.slope) <= -sufficientFlatness * start.slope) return { point, trials };
    if (interval.bracketed && (step <= low || step >= high)) return undefined; // rounding errors are all that is left
    if (first && point.value <= test && point.slope >= sufficientDecrease * start.slope) first = false;
    const lean = first && point.value <= interval.best.value && point.value > test ? promised : 0;
    step = narrow(interval, point, low, high, lean);
    if (interval.bracketed) {
      const { best, other } = interval;
      const width = Math.abs(other.step - best.step);
      if (width >= 0.66 * widths[1]) step = best.step + 0.5 * (other.step - best.step);
      widths = [width, widths[0]];
    }
  }
  return undefined;
};

/** Between these the next step must lie. */
function limits({ best, other, bracketed }: Interval, step: number): [number, number] {
  if (!bracketed) return [best.step, step + 4 * (step - best.step)];
  return [Math.min(best.step, other.step), Math.max(best.step, other.step)];
}

/** Makes `point` an end of the interval and returns the next step; at first, for the function less `lean` times the step. */
function narrow(interval: Interval, point: LinePoint, low: number, high: number, lean: number): number {
  const lower = ({ step, value, slope }: LinePoint) => ({ step, value: value - lean * step, slope: slope - lean });
  const [best, other, at] = [lower(interval.best), lower(interval.other), lower(point)];
  const turned = at.slope * Math.sign(best.slope) < 0;
  const { step, safeguard } = trial({ best, other, bracketed: interval.bracketed }, at, turned, [low, high]);
  if (at.value > best.value) {
    interval.bracketed = true;
    interval.other = point;
  } else {
    if (turned) {
      interval.bracketed = true;
      interval.other = interval.best;
    }
    interval.best = point;
  }
  let next = Math.min(Math.max(step, low), high);
  if (interval.bracketed && safeguard) {
    const edge = interval.best.step + 0.66 * (interval.other.step - interval.best.step);
    next = interval.other.step > interval.best.step ? Math.min(edge, next) : Math.max(edge, next);
  }
  return next;
}

/** The four cases of the paper's section 4, each of them a minimum of polynomials through the points. */
function trial(
  { best, other, bracketed }: Interval,
  at: LinePoint,
  turned: boolean,
  [low, high]: readonly [number, number],
): { step: number; safeguard: boolean } {
  const cubic = cubicMinimum(best, at);
  const closer = (a: number, b: number) => Math.abs(a - at.step) < Math.abs(b - at.step);
  if (at.value > best.value) {
    const span = at.step - best.step;
    const parabola = best.step + (best.slope / ((best.value - at.value) / span + best.slope) / 2) * span;
    const nearer = Math.abs(cubic - best.step) < Math.abs(parabola - best.step);
    return { step: nearer ? cubic : cubic + (parabola - cubic) / 2, safeguard: true };
  }
  const secant = at.step - (at.slope / (at.slope - best.slope)) * (at.step - best.step);
  if (turned) return { step: closer(secant, cubic) ? cubic : secant, safeguard: false };
  if (Math.abs(at.slope) < Math.abs(best.slope)) {
    const ahead = (cubic - at.step) * (at.step - best.step) > 0;
    const reach = Number.isFinite(cubic) && ahead ? cubic : at.step > best.step ? high : low;
    return { step: closer(reach, secant) === bracketed ? reach : secant, safeguard: true };
  }
  if (bracketed) return { step: cubicMinimum(other, at), safeguard: false };
  return { step: at.step > best.step ? high : low, safeguard: false };
}

/** Where the cubic with the values and slopes of both points is smallest; NaN where it has no minimum. */
function cubicMinimum(a: LinePoint, b: LinePoint): number {
  const span = b.step - a.step;
  const theta = (3 * (a.value - b.value)) / span + a.slope + b.slope;
  const scale = Math.max(Math.abs(theta), Math.abs(a.slope), Math.abs(b.slope));
  const square = (theta / scale) ** 2 - (a.slope / scale) * (b.slope / scale);
  const root = scale * Math.sqrt(Math.max(0, square)) * Math.sign(span);
  const part = (root - a.slope + theta) / (root - a.slope + root + b.slope);
  return a.step + part * span;
}
