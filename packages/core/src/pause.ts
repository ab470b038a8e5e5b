/** Turns for everything else in the middle of long computations, so that a page can paint, timers run and an AbortSignal is heard. */

const every = 25; // milliseconds

/** `if (pause.isDue()) await pause.take()`, now and then. */
export class Pause {
  #last: number = performance.now();

  /** Whether nothing else has had a turn for long. */
  isDue(): boolean {
    return performance.now() - this.#last > every;
  }

  /** Lets everything else that waits have its turn; without the least delay that browsers give timers. */
  async take(): Promise<void> {
    await new Promise<void>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(0);
    });
    this.#last = performance.now();
  }
}
