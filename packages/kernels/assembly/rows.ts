/** The same row again and again, and the sum of many rows: a bias, forward and backward. */

/** out [rows,width]: `row` [width], `rows` times. */
export function repeatRow(row: usize, out: usize, rows: i32, width: i32): void {
  const line = <usize>width << 2;
  for (let i = 0; i < rows; i++, out += line) memory.copy(out, row, line);
}

/** out [width] = Σ of the rows of x [rows,width]. */
export function sumRows(x: usize, out: usize, rows: i32, width: i32): void {
  const line = <usize>width << 2;
  memory.fill(out, 0, line);
  for (let i = 0; i < rows; i++, x += line) {
    let j = 0;
    for (; j + 4 <= width; j += 4) {
      const at = <usize>j << 2;
      v128.store(out + at, f32x4.add(v128.load(out + at), v128.load(x + at)));
    }
    for (; j < width; j++) {
      const at = <usize>j << 2;
      store<f32>(out + at, load<f32>(out + at) + load<f32>(x + at));
    }
  }
}
