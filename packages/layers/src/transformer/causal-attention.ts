/** Attention of each step to itself and those before it, over a sequence or step by step. */
import { causalMask, type Projected, type Recalls } from '@seqloom/attention';
import type { Attends, Memory, Sequence } from '@seqloom/core';
import { Module } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { emptyCache, extended, type KeyValueCache, pushed } from './key-value-cache.js';

/** Causal self-attention over any attention. One that can project keys apart (MultiHead, GroupedQuery) has its projections kept, any other the steps themselves. */
export class CausalAttention extends Module {
  readonly size: number;
  readonly attention: Attends;

  constructor({ size, attention }: { size: number; attention: Attends }) {
    super();
    this.size = size;
    this.attention = attention;
  }

  initialState(batch: number): KeyValueCache {
    const { key, value } = this.attention as { key?: Projecting; value?: Projecting };
    if (!this.#recalls() || !key || !value) return emptyCache(batch, this.size, this.size);
    return emptyCache(batch, key.weight.shape[1], value.weight.shape[1]);
  }

  /** x [B,T,D], packed → context [B,T,D], weights and the cache with these steps. */
  forward(x: Sequence, cache?: KeyValueCache): Looked {
    const next = extended(cache, this.#project(x));
    const mask = causalMask(x.values.shape[1], next.all.mask.shape[1]);
    return { ...this.attention.attend(x.values, this.#recall(next.all), { mask }), state: next.cache };
  }

  /** One step of every row: x [B,1,D]. */
  step(x: Sequence, cache: KeyValueCache): Looked {
    const next = pushed(cache, this.#project(x));
    return { ...this.attention.attend(x.values, this.#recall(next.all)), state: next.cache };
  }

  #project(x: Sequence): Projected {
    return this.#recalls()?.project(x) ?? { keys: x.values, values: x.values, mask: x.mask };
  }

  #recall(projected: Projected): Memory<unknown> {
    const recalls = this.#recalls();
    if (recalls) return recalls.recall(projected);
    return this.attention.remember({ values: projected.keys, mask: projected.mask });
  }

  #recalls(): Recalls | undefined {
    const { project, recall } = this.attention as Partial<Recalls>;
    return project && recall ? (this.attention as Recalls) : undefined;
  }
}

/** Context [B,T,D], weights [B·H,T,K] and the next cache. */
export interface Looked {
  readonly context: tf.Tensor3D;
  readonly weights: tf.Tensor3D;
  readonly state: KeyValueCache;
}

interface Projecting {
  readonly weight: tf.Variable<tf.Rank.R2>;
}
