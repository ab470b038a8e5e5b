/** Lets timers, messages and the page have a turn within long work. */

const patience = 30; // milliseconds of work without a turn

/** A function to call often: it waits for the others' turn, when there has been none for long. */
export function pause(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < patience) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  };
}
