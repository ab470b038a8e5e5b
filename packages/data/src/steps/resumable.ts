/** Data that can be left in the middle of an epoch and gone on with there, in another process too: any steps, the same examples. */
import type { Dataset } from '@seqloom/core/dataset';
import { DataError, OptionError, show } from '@seqloom/core/errors';
import { isRng, type Rng } from '@seqloom/core/rng';

/** A place in the data: plain JSON. */
export interface DataPosition {
  /** The states of the random streams at the beginning of the epoch. */
  readonly streams: Readonly<Record<string, readonly number[]>>;
  /** Examples of the epoch that were given out. */
  readonly done: number;
}

/** A dataset that knows where it is; iterating it again begins the next epoch. */
export interface ResumableDataset<T> extends Dataset<T> {
  /** Behind the last example that was given out, so that a checkpoint in the body of a loop counts the one in use as done. */
  readonly position: DataPosition;
  /** Makes the next iteration give out what follows after `position`, as the iteration would have that it was taken from. Throws DataError where it is no position, or not of these streams. */
  resume(position: unknown): void;
}

/**
 * `data`, with its place. `streams` are all random streams that its steps draw from, and nothing else draws from these. What is done is made
 * again and left out, so that the steps before may be any that give the same from the same streams; what makes tensors stands behind. For
 * loops of one's own: `train` of @seqloom/core goes on by itself with `checkpoints.streams`.
 */
export function resumable<T>(data: Dataset<T>, streams: Readonly<Record<string, Rng>> = {}): ResumableDataset<T> {
  const wrong = Object.entries(streams).find(([, stream]) => !isRng(stream));
  if (wrong) throw new OptionError('resumable', `the stream \`${wrong[0]}\` is no Rng, got ${show(wrong[1])}`);
  const states = () => Object.fromEntries(Object.entries(streams).map(([name, { state }]) => [name, [...state]]));
  let position: DataPosition | undefined;
  let skip = 0;

  async function* epoch(): AsyncGenerator<T> {
    const [begin, ahead] = [states(), skip];
    skip = 0;
    position = { streams: begin, done: ahead };
    let index = 0;
    for await (const example of data) {
      if (index++ < ahead) continue;
      position = { streams: begin, done: index };
      yield example;
    }
    if (index < ahead) {
      throw new DataError('resumable', `the data have ${index} examples, but ${ahead} were given out already`, {
        hint: 'resume with the same data and steps',
      });
    }
    position = undefined;
  }

  return {
    [Symbol.asyncIterator]: epoch,
    get position() {
      return position ?? { streams: states(), done: 0 };
    },
    resume(value) {
      const checked = checkedPosition(value, Object.keys(streams));
      for (const [name, stream] of Object.entries(streams)) stream.state = checked.streams[name]!;
      position = checked;
      skip = checked.done;
    },
  };
}

function checkedPosition(value: unknown, names: readonly string[]): DataPosition {
  const fail = (problem: string): never => {
    throw new DataError('resumable', problem, {
      hint: 'pass a `position` of the same data, as it was or through JSON',
    });
  };
  const { streams, done } = (typeof value === 'object' && value !== null ? value : {}) as Partial<DataPosition>;
  if (!Number.isInteger(done) || done! < 0 || typeof streams !== 'object' || streams === null) {
    return fail(`not a position: ${show(value)}`);
  }
  if (Object.keys(streams).sort().join() !== [...names].sort().join()) {
    return fail(`it has the streams ${show(Object.keys(streams))}, not ${show(names)}`);
  }
  for (const name of names) {
    const state: unknown = streams[name];
    const words = Array.isArray(state) && state.length === 4 && state.every((word) => Number.isInteger(word));
    if (!words || state.every((word) => word === 0))
      return fail(`the state of the stream ${show(name)} is ${show(state)}`);
  }
  return { streams, done: done! };
}
