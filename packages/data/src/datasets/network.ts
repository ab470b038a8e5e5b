/** What downloads need of the world: requests and time. */

/** Replace a part of it in tests, or behind a proxy. */
export interface Network {
  fetch: (url: string, request: RequestInit) => Promise<Response>;
  /** Waits, but no longer than until the signal fires. */
  sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** How often a request is made before the download fails. */
  attempts: number;
}

/** The real one: five attempts. */
export const network: Network = {
  fetch: (url, request) => fetch(url, request),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal?.addEventListener('abort', done);
    }),
  attempts: 5,
};

/** How long to wait after a number of failures: half a second, then twice as long each time; as long as the server asks, up to a minute. */
export function backOff(failures: number, retryAfter = 0): number {
  return Math.max(500 * 2 ** (failures - 1), Math.min(retryAfter, 60) * 1000);
}
