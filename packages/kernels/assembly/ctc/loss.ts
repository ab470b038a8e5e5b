/**
 * Connectionist temporal classification: −log p(labels) of each row by the forward recursion over blanks b_0…b_L and labels l_0…l_{L−1}, and
 * by the backward one its gradient. A row's messages are kept as wide numbers, so that they are exact to float32's rounding at any length.
 */
import { log1, sumLanes } from '../math';
import { largest, powers, scaleRow } from '../reduction';
import { below4, fraction4, LOW, octave4, storeSum4 } from './wide';

// A frame of messages: six planes of `plane` bytes, each with four numbers before and after its own, which stay 0.
const L_M: usize = 2; // after blanks' mantissas and exponents, those of labels
const Y_M: usize = 4; // then the labels' probabilities at the frame, those of the blank after the last of them
const PLANES: usize = 6;

/** Bytes of workspace of `ctcLoss`: a frame for each step, two more, and a row of flags. */
export function ctcWorkspace(T: i32, L: i32): usize {
  return (<usize>(T + 2) * PLANES + 1) * planeOf(L);
}

function planeOf(L: i32): usize {
  return <usize>((L + 4) & ~3) * 4 + 32;
}

/**
 * loss [B] of logits [B,T,V], mask [B,T] bytes, labels [B,L] with lengths [B] that count: ∞ where no alignment is possible, NaN where a logit is.
 * gradient [B,T,V], unless 0, is that of each row's own loss: 0 at masked steps and in rows without an alignment. `row` is scratch for V floats.
 */
export function ctcLoss(
  logits: usize, mask: usize, labels: usize, lengths: usize, blank: i32, loss: usize, gradient: usize, row: usize,
  workspace: usize, B: i32, T: i32, V: i32, L: i32,
): void {
  const line = <usize>V << 2;
  const plane = planeOf(L);
  clear(workspace, PLANES * <usize>(T + 2), plane);
  const skips = workspace + PLANES * <usize>(T + 2) * plane;
  for (let b = 0; b < B; b++, labels += <usize>L << 2) {
    const length = load<i32>(lengths + (<usize>b << 2));
    markSkips(labels, length, skips, plane);
    const start = workspace + PLANES * plane;
    clear(start, 4, plane);
    setOne(start + 16, plane);
    let frame = start;
    let logs: f64 = 0;
    for (let t = 0; t < T; t++) {
      const at = <usize>t * line;
      if (!load<u8>(mask + t)) {
        if (gradient) memory.fill(gradient + at, 0, line);
        continue;
      }
      const probabilities = gradient ? gradient + at : row;
      const top = largest(logits + at, V);
      const sum = powers(logits + at, probabilities, V, f32x4.splat(top));
      scaleRow(probabilities, V, 1 / sum);
      logs += <f64>log1(sum);
      frame += PLANES * plane;
      emissions(logits + at, top, labels, length, blank, frame + 16, plane);
      advance(frame + 16 - PLANES * plane, frame + 16, skips + 16, length, plane);
    }
    const value = logs != logs ? NaN : logs - total(frame + 16, length, plane, skips);
    store<f32>(loss, <f32>value);
    if (gradient && value == Infinity) memory.fill(gradient, 0, <usize>T * line);
    else if (gradient && value == value) {
      const end = workspace + 16; // the frame before the first holds the backward messages
      clear(workspace, 4, plane);
      setOne(end + (<usize>length << 2), plane);
      if (length > 0) setOne(end + L_M * plane + (<usize>(length - 1) << 2), plane);
      for (let t = T - 1; t >= 0; t--) {
        if (!load<u8>(mask + t)) continue;
        subtractPosteriors(frame + 16, end, skips, labels, length, blank, gradient + <usize>t * line, plane);
        recede(end, frame + 16, skips + 16, length, plane);
        frame -= PLANES * plane;
      }
    }
    loss += 4, mask += T, logits += <usize>T * line;
    if (gradient) gradient += <usize>T * line;
  }
}

/** Planes of zeros, mantissas and exponents in turn. */
function clear(start: usize, planes: usize, plane: usize): void {
  for (let i: usize = 0; i < planes; i++, start += plane) {
    const value = v128.bitselect(i32x4.splat(LOW), i32x4.splat(0), i32x4.splat(-<i32>(i & 1)));
    for (let at: usize = 0; at < plane; at += 16) v128.store(start + at, value);
  }
}

@inline
function setOne(place: usize, plane: usize): void {
  store<f32>(place, 1);
  store<i32>(place + plane, 0);
}

/** All bits where the blank between a label and the one before may be left out: where they differ. */
function markSkips(labels: usize, length: i32, skips: usize, plane: usize): void {
  memory.fill(skips, 0, plane);
  for (let j = 1; j < length; j++) {
    const at = labels + (<usize>j << 2);
    store<i32>(skips + 16 + (<usize>j << 2), load<i32>(at) == load<i32>(at - 4) ? 0 : -1);
  }
}

/** The probabilities of the frame's labels, relative to its largest; those of the blank fill the vector at the end of the planes. */
function emissions(
  logits: usize, top: f32, labels: usize, length: i32, blank: i32, frame: usize, plane: usize,
): void {
  const mantissas = frame + Y_M * plane, exponents = mantissas + plane;
  for (let j = 0; j < length; j++) {
    const at = <usize>j << 2;
    store<f32>(mantissas + at, load<f32>(logits + (<usize>load<i32>(labels + at) << 2)));
  }
  const blankAt = plane - 32;
  for (let at = <usize>length << 2; at < blankAt; at += 4) store<f32>(mantissas + at, -Infinity);
  v128.store(mantissas + blankAt, v128.load_splat<f32>(logits + (<usize>blank << 2)));
  for (let at: usize = 0; at <= blankAt; at += 16) {
    const x = f32x4.sub(v128.load(mantissas + at), f32x4.splat(top));
    const octave = octave4(x), fraction = fraction4(x, octave);
    v128.store(mantissas + at, fraction);
    const exponent = i32x4.trunc_sat_f32x4_s(octave);
    v128.store(exponents + at, v128.bitselect(i32x4.splat(LOW), exponent, f32x4.eq(fraction, f32x4.splat(0))));
  }
}

/** b_j ← (b_j + l_{j−1})·y(blank), l_j ← (l_j + b_j + l_{j−1} where it may skip)·y_j. */
function advance(before: usize, frame: usize, skips: usize, length: i32, plane: usize): void {
  const blank = frame + Y_M * plane + plane - 32, labels = before + L_M * plane;
  const low = i32x4.splat(LOW);
  for (let at: usize = 0; at <= <usize>length << 2; at += 16) {
    const bm = v128.load(before + at), be = v128.load(before + plane + at);
    const pm = v128.load(labels + at - 4), pe = v128.load(labels + plane + at - 4);
    const skip = v128.load(skips + at), to = frame + at, y = to + Y_M * plane;
    const none = v128.xor(bm, bm);
    storeSum4(to, plane, bm, be, pm, pe, none, low, v128.load(blank), v128.load(blank + plane));
    const lm = v128.load(labels + at), le = v128.load(labels + plane + at);
    const sm = v128.and(pm, skip), se = v128.bitselect(pe, low, skip);
    storeSum4(to + L_M * plane, plane, lm, le, bm, be, sm, se, v128.load(y), v128.load(y + plane));
  }
}

/** The other way, in place: b_j ← b_j·y(blank) + l_j·y_j, l_j ← l_j·y_j + b_{j+1}·y(blank) + l_{j+1}·y_{j+1} where it may be skipped to. */
function recede(place: usize, frame: usize, skips: usize, length: i32, plane: usize): void {
  const blank = frame + Y_M * plane + plane - 32;
  const ym = v128.load(blank), ye = v128.load(blank + plane);
  const low = i32x4.splat(LOW), one = f32x4.splat(1);
  for (let at: usize = 0; at <= <usize>length << 2; at += 16) {
    const b = place + at, l = b + L_M * plane, y = frame + at + Y_M * plane;
    const bm = f32x4.mul(v128.load(b), ym), be = i32x4.add(v128.load(b + plane), ye);
    const nm = f32x4.mul(v128.load(b, 4), ym), ne = i32x4.add(v128.load(b + plane, 4), ye);
    const lm = f32x4.mul(v128.load(l), v128.load(y)), le = i32x4.add(v128.load(l + plane), v128.load(y + plane));
    const skip = v128.load(skips + at, 4);
    const sm = v128.and(f32x4.mul(v128.load(l, 4), v128.load(y, 4)), skip);
    const se = v128.bitselect(i32x4.add(v128.load(l + plane, 4), v128.load(y + plane, 4)), low, skip);
    const none = v128.xor(bm, bm);
    storeSum4(b, plane, bm, be, lm, le, none, low, one, none);
    storeSum4(l, plane, lm, le, nm, ne, sm, se, one, none);
  }
}

/** ln(b_L + l_{L−1}); the sum itself is left before the flags' own numbers, mantissa first. */
function total(frame: usize, length: i32, plane: usize, sum: usize): f64 {
  const b = frame + (<usize>length << 2), l = b + L_M * plane - 4;
  const be = load<i32>(b + plane), le = load<i32>(l + plane);
  const e = max(be, le);
  const m = load<f32>(b) * power2(be - e) + load<f32>(l) * power2(le - e);
  store<f32>(sum, m);
  store<i32>(sum, e, 4);
  return m == 0 ? -Infinity : <f64>log1(m) + <f64>e * 0.693147180559945309;
}

/** 2^n for n ≤ 0, 0 below 2^−126. */
@inline
function power2(n: i32): f32 {
  return reinterpret<f32>(max(n + 127, 0) << 23);
}

/** gradient [V] −= the probability, given the labels, that each class is in use at the frame. */
function subtractPosteriors(
  frame: usize, end: usize, sum: usize, labels: usize, length: i32, blank: i32, gradient: usize, plane: usize,
): void {
  const scale = f32x4.splat(<f32>(1 / load<f32>(sum)));
  const top = v128.load_splat<i32>(sum + 4);
  let blanks = f32x4.splat(0);
  const shares = frame + Y_M * plane - 16; // the four numbers before the probabilities are 0 and nobody's
  for (let j = 0; j <= length; j += 4) {
    const a = frame + (<usize>j << 2), z = end + (<usize>j << 2);
    blanks = f32x4.add(blanks, share(a, z, top, plane));
    v128.store(shares, f32x4.mul(share(a + L_M * plane, z + L_M * plane, top, plane), scale));
    for (let i = 0, rest = min(4, length - j); i < rest; i++) {
      const place = gradient + (<usize>load<i32>(labels + (<usize>(j + i) << 2)) << 2);
      store<f32>(place, load<f32>(place) - load<f32>(shares + (<usize>i << 2)));
    }
  }
  const place = gradient + (<usize>blank << 2);
  store<f32>(place, load<f32>(place) - sumLanes(f32x4.mul(blanks, scale)));
}

/** The product of two messages, in units of 2^top. */
@inline
function share(forward: usize, backward: usize, top: v128, plane: usize): v128 {
  const exponent = i32x4.add(v128.load(forward + plane), v128.load(backward + plane));
  const product = f32x4.mul(v128.load(forward), v128.load(backward));
  return f32x4.mul(product, below4(exponent, top));
}
