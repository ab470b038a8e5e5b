/**
 * Connectionist temporal classification: −log p(labels) of each row by the forward recursion over blanks b_0…b_L and labels l_0…l_{L−1}, and
 * by the backward one its gradient. A row's messages are kept as wide numbers, so that they are exact to float32's rounding at any length.
 */
import { log1, sumLanes } from '../math';
import { largest, powers, scaleRow } from '../reduction';
import { below4, fraction4, logWide, LOW, octave4, storeWide4 } from './wide';

// A frame of messages: six planes of `plane` bytes, each with four numbers before and after its own, which stay 0.
const B_M: usize = 0; // blanks' mantissas and exponents, then labels'
const B_E: usize = 1;
const L_M: usize = 2;
const L_E: usize = 3;
const Y_M: usize = 4; // the labels' probabilities at the frame, those of the blank after the last of them
const Y_E: usize = 5;
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
    one(start + 16, plane, B_M);
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
      one(end + (<usize>length << 2), plane, B_M);
      if (length > 0) one(end + (<usize>(length - 1) << 2), plane, L_M);
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
function one(place: usize, plane: usize, mantissas: usize): void {
  store<f32>(place + mantissas * plane, 1);
  store<i32>(place + (mantissas + 1) * plane, 0);
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
  const mantissas = frame + Y_M * plane, exponents = frame + Y_E * plane;
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
  const blankM = v128.load(frame + Y_M * plane + plane - 32), blankE = v128.load(frame + Y_E * plane + plane - 32);
  for (let j = 0; j <= length; j += 4) {
    const at = before + (<usize>j << 2), to = frame + (<usize>j << 2);
    const bm = v128.load(at + B_M * plane), be = v128.load(at + B_E * plane);
    const lm = v128.load(at + L_M * plane), le = v128.load(at + L_E * plane);
    const pm = v128.load(at + L_M * plane - 4), pe = v128.load(at + L_E * plane - 4);
    const skip = v128.load(skips + (<usize>j << 2));
    const topB = i32x4.max_s(be, pe);
    const blanks = f32x4.add(f32x4.mul(bm, below4(be, topB)), f32x4.mul(pm, below4(pe, topB)));
    storeWide4(to + B_M * plane, to + B_E * plane, f32x4.mul(blanks, blankM), i32x4.add(topB, blankE));
    const se = v128.bitselect(pe, i32x4.splat(LOW), skip);
    const topL = i32x4.max_s(i32x4.max_s(be, le), se);
    let sum = f32x4.add(f32x4.mul(lm, below4(le, topL)), f32x4.mul(bm, below4(be, topL)));
    sum = f32x4.add(sum, f32x4.mul(v128.and(pm, skip), below4(se, topL)));
    const y = v128.load(to + Y_M * plane), octave = v128.load(to + Y_E * plane);
    storeWide4(to + L_M * plane, to + L_E * plane, f32x4.mul(sum, y), i32x4.add(topL, octave));
  }
}

/** The other way, in place: b_j ← b_j·y(blank) + l_j·y_j, l_j ← l_j·y_j + b_{j+1}·y(blank) + l_{j+1}·y_{j+1} where it may be skipped to. */
function recede(place: usize, frame: usize, skips: usize, length: i32, plane: usize): void {
  const blankM = v128.load(frame + Y_M * plane + plane - 32), blankE = v128.load(frame + Y_E * plane + plane - 32);
  for (let j = 0; j <= length; j += 4) {
    const at = place + (<usize>j << 2), y = frame + (<usize>j << 2);
    const bm = f32x4.mul(v128.load(at + B_M * plane), blankM), be = i32x4.add(v128.load(at + B_E * plane), blankE);
    const lm = f32x4.mul(v128.load(at + L_M * plane), v128.load(y + Y_M * plane));
    const le = i32x4.add(v128.load(at + L_E * plane), v128.load(y + Y_E * plane));
    const nm = f32x4.mul(v128.load(at + B_M * plane + 4), blankM), ne = i32x4.add(v128.load(at + B_E * plane + 4), blankE);
    const skip = v128.load(skips + (<usize>j << 2) + 4);
    const sm = v128.and(f32x4.mul(v128.load(at + L_M * plane + 4), v128.load(y + Y_M * plane + 4)), skip);
    const next = i32x4.add(v128.load(at + L_E * plane + 4), v128.load(y + Y_E * plane + 4));
    const se = v128.bitselect(next, i32x4.splat(LOW), skip);
    const topB = i32x4.max_s(be, le);
    const blanks = f32x4.add(f32x4.mul(bm, below4(be, topB)), f32x4.mul(lm, below4(le, topB)));
    storeWide4(at + B_M * plane, at + B_E * plane, blanks, topB);
    const topL = i32x4.max_s(i32x4.max_s(le, ne), se);
    let sum = f32x4.add(f32x4.mul(lm, below4(le, topL)), f32x4.mul(nm, below4(ne, topL)));
    sum = f32x4.add(sum, f32x4.mul(sm, below4(se, topL)));
    storeWide4(at + L_M * plane, at + L_E * plane, sum, topL);
  }
}

/** ln(b_L + l_{L−1}); the sum itself is left before the flags' own numbers, mantissa first. */
function total(frame: usize, length: i32, plane: usize, sum: usize): f64 {
  const at = frame + (<usize>length << 2);
  const bm = v128.load32_zero(at + B_M * plane), be = v128.load_splat<i32>(at + B_E * plane);
  const lm = v128.load32_zero(at + L_M * plane - 4), le = v128.load_splat<i32>(at + L_E * plane - 4);
  const top = i32x4.max_s(be, le);
  const both = f32x4.add(f32x4.mul(bm, below4(be, top)), f32x4.mul(lm, below4(le, top)));
  const m = f32x4.extract_lane(both, 0), e = i32x4.extract_lane(top, 0);
  store<f32>(sum, m);
  store<i32>(sum, e, 4);
  return logWide(m, e, log1(m));
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
    blanks = f32x4.add(blanks, share(a + B_M * plane, z + B_M * plane, top, plane));
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
