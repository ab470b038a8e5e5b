/** Pauses in long computations, so that a page can paint and an AbortSignal can be heard. */

const every = 50; // milliseconds

export class Pause {
  #last = performance.now();

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
