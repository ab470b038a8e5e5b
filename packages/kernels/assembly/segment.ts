/** Sums of rows by segment: the gradient of gathering rows. */

/** sums [segments,width] = Σ over rows [count,width] whose id is the segment's; ids out of range are dropped. */
export function segmentSum(rows: usize, ids: usize, sums: usize, count: i32, width: i32, segments: i32): void {
  const line = <usize>width << 2;
  memory.fill(sums, 0, <usize>segments * line);
  for (let i = 0; i < count; i++, rows += line) {
    const id = load<i32>(ids + (<usize>i << 2));
    if (<u32>id < <u32>segments) addRow(sums + <usize>id * line, rows, width);
  }
}

@inline
function addRow(target: usize, row: usize, width: i32): void {
  let i = 0;
  for (; i + 4 <= width; i += 4, target += 16, row += 16) {
    v128.store(target, f32x4.add(v128.load(target), v128.load(row)));
  }
  for (; i < width; i++, target += 4, row += 4) store<f32>(target, load<f32>(target) + load<f32>(row));
}
