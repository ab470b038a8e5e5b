/** Answers for many inputs, a batch at a time. */

const batchSize = 64;

/** Runs inputs of similar length together, telling their places among all, and gives the answers in the inputs' order; empty inputs get `empty`. */
export async function inBatches<Input, Output>(
  inputs: readonly Input[],
  length: (input: Input) => number,
  run: (batch: Input[], places: readonly number[]) => Promise<readonly Output[]>,
  empty: () => Output,
): Promise<Output[]> {
  const lengths = inputs.map(length);
  const order = inputs.map((_, i) => i).filter((i) => lengths[i]! > 0);
  order.sort((a, b) => lengths[a]! - lengths[b]!);
  const out = inputs.map(empty);
  for (let start = 0; start < order.length; start += batchSize) {
    const places = order.slice(start, start + batchSize);
    const answers = await run(
      places.map((i) => inputs[i]!),
      places,
    );
    for (const [b, i] of places.entries()) out[i] = answers[b]!;
  }
  return out;
}
