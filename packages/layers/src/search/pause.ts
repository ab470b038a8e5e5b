/** Turns for the page, timers and an AbortSignal: on cpu and wasm, reading back does not wait for anything. */

const patience = 25; // milliseconds of work without a turn

/** A function to call at every step: it gives the others a turn when there has been none for long. */
export function pause(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < patience) return;
    const { port1, port2 } = new MessageChannel(); // timers wait 4 ms in browsers
    await new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(0);
    });
    port1.close();
    last = performance.now();
  };
}
