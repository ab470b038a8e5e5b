/** What a network loses on whole texts, however long. */
import { stateTensors, tidied } from '@seqloom/core';
import { padIds } from '@seqloom/data/to-tensors';
import * as tf from '@tensorflow/tfjs-core';
import { keepsItsSize } from '../keeps-its-size.js';
import type { NextTokenNetwork } from './next-token-network.js';

type Ids = readonly number[];

/** How many texts and how many of their tokens are measured at once. */
const [rowsAtOnce, atOnce] = [64, 256];

/**
 * Mean of −log p of all ids after the first of each row. A layer with a state of fixed size reads a text from its beginning, the state going on from piece to
 * piece; any other, as a Transformer, in windows of `context` ids, where each id but those of the first window comes after half a window or more.
 */
export async function textLoss(network: NextTokenNetwork, rows: readonly Ids[], context: number): Promise<number> {
  const sorted = rows.toSorted((a, b) => a.length - b.length);
  const carries = keepsItsSize(network.layer, network.embedding.size);
  const parts = carries ? sorted.map((ids) => ({ ids, known: 0 })) : sorted.flatMap((ids) => windows(ids, context));
  let total = 0;
  for (let start = 0; start < parts.length; start += rowsAtOnce) {
    const batch = parts.slice(start, start + rowsAtOnce);
    total += carries ? await carried(network, batch) : await windowed(network, batch);
  }
  return total / rows.reduce((sum, { length }) => sum + length - 1, 0);
}

/** A piece of a text: the first `known` of what it predicts is not counted. */
interface Part {
  readonly ids: Ids;
  readonly known: number;
}

/** Windows in which each id after the first is counted once. */
function windows(ids: Ids, context: number): Part[] {
  const parts = [{ ids: ids.slice(0, context + 1), known: 0 }];
  const half = Math.floor(context / 2);
  for (let done = context; done < ids.length - 1; done += context - half)
    parts.push({ ids: ids.slice(done - half, done - half + context + 1), known: half });
  return parts;
}

async function windowed(network: NextTokenNetwork, parts: readonly Part[]): Promise<number> {
  const loss = tf.tidy(() => {
    const { ids, mask } = padIds(parts.map((part) => part.ids));
    const first = tf.tensor2d(
      parts.map(({ known }) => known),
      [parts.length, 1],
    );
    const counted = tf.logicalAnd(mask, tf.greater(tf.range(0, ids.shape[1]), first)) as tf.Tensor2D;
    return network.loss(ids, mask, { counted }).loss;
  });
  const [mean] = await loss.data();
  loss.dispose();
  return mean! * parts.reduce((sum, { ids, known }) => sum + ids.length - 1 - known, 0);
}

/** Σ −log p, read in pieces, the state going on from piece to piece. */
async function carried(network: NextTokenNetwork, parts: readonly Part[]): Promise<number> {
  let [total, state] = [0, undefined as unknown];
  const longest = Math.max(...parts.map(({ ids }) => ids.length));
  for (let at = 0; at < longest - 1; at += atOnce) {
    const pieces = parts.map(({ ids }) => ids.slice(at, at + atOnce + 1));
    const next = tidied(() => {
      const { ids, mask } = padIds(pieces);
      return network.loss(ids, mask, { initial: state });
    });
    const [mean] = await next.loss.data();
    total += mean! * pieces.reduce((sum, { length }) => sum + Math.max(0, length - 1), 0);
    tf.dispose([next.loss, ...(state ? stateTensors(state) : [])]);
    state = next.state;
  }
  tf.dispose(stateTensors(state));
  return total;
}
