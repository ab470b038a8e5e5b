/** Random streams in a checkpoint: their states by name. */
import { CheckpointError, show } from '../errors.js';
import type { Rng } from '../rng.js';

export type StreamStates = Readonly<Record<string, readonly number[]>>;

/** The states as they are now. */
export function streamStates(streams: Iterable<readonly [name: string, stream: Rng]>): StreamStates {
  return Object.fromEntries(Array.from(streams, ([name, stream]) => [name, [...stream.state]]));
}

/** Checks that `states` are those of these streams and returns what restores them all. */
export function prepareStreams(streams: Iterable<readonly [name: string, stream: Rng]>, states: unknown): () => void {
  const named = [...streams];
  const saved = (typeof states === 'object' && states !== null ? states : {}) as StreamStates;
  const names = named.map(([name]) => name);
  if (names.some((name) => !(name in saved)) || Object.keys(saved).length !== names.length) {
    const problem = `the file has the random streams [${Object.keys(saved).join(', ')}], expected [${names.join(', ')}]`;
    throw new CheckpointError('loadCheckpoint', problem, { hint: 'it belongs to another model or other data' });
  }
  for (const name of names) {
    if (isState(saved[name])) continue;
    throw new CheckpointError('loadCheckpoint', `the state of random stream ${name} is ${show(saved[name])}`);
  }
  return () => {
    for (const [name, stream] of named) stream.state = saved[name]!;
  };
}

function isState(state: unknown): boolean {
  return (
    Array.isArray(state) && state.length === 4 && state.every(Number.isInteger) && state.some((part) => part !== 0)
  );
}
