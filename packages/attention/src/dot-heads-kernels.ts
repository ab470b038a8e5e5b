/** The fused kernels of `dotHeads`: products over strided heads, a row of the batch at a time, so that its weights stay in the cache. */
import type { FusedKernel, FusedPair } from '@seqloom/core';
import {
  binary,
  floats,
  type Kernels,
  type MatrixProduct,
  maskedSoftmax,
  matrixProduct,
  softmaxGradient,
} from '@seqloom/kernels';

export type DotHeadsInputs = 'query' | 'keys' | 'values' | 'allowed';

type Inputs = Parameters<FusedKernel>[0];
type Attributes = Parameters<FusedKernel>[1];
type Workspace = Parameters<FusedKernel>[2];

export const dotHeadsKernels: FusedPair<DotHeadsInputs> = {
  forward(tensors, attributes, workspace) {
    const { kernels, input, output } = workspace;
    const sizes = sizesOf(tensors, attributes);
    const { B, Q, K, H, D, V } = sizes;
    const [context, weights] = [output([B, Q, H * V]), output([B * H, Q, K])];
    const at = { ...addresses(tensors, workspace, sizes), context: context.pointer, weights: weights.pointer };
    const [blocks, rows] = tensors.allowed!.shape as [number, number, number];
    const allowed = input(tensors.allowed!);
    const steps = { blockStep: 0, rowStep: rows === 1 ? 0 : K };
    for (let b = 0; b < B; b++) {
      const { query, keys, values, context, weights } = headsOf(at, sizes, b);
      perHead(kernels, sizes, { a: query, b: turned(keys), c: weights, m: Q, n: K, k: D });
      const mask = allowed + (blocks === 1 ? 0 : b * rows * K);
      const x = weights.pointer;
      maskedSoftmax(kernels, { x, mask, weights: x, blocks: H, rows: Q, columns: K, ...steps });
      perHead(kernels, sizes, { a: weights, b: values, c: context, m: Q, n: V, k: K });
    }
    return [context, weights];
  },
  backward(tensors, attributes, workspace) {
    const { kernels, input, output, scratch } = workspace;
    const sizes = sizesOf(tensors, attributes);
    const { B, Q, K, H, D, V } = sizes;
    const made = (['query', 'keys', 'values'] as const).map((name) => output([...tensors[name]!.shape]));
    const [dQuery, dKeys, dValues] = made.map(({ pointer }) => pointer) as [number, number, number];
    const at = { ...addresses(tensors, workspace, sizes), context: input(tensors.dy0!), weights: input(tensors.out1!) };
    const results = { query: dQuery, keys: dKeys, values: dValues, context: 0, weights: input(tensors.dy1!) };
    const slopes = scratch(4 * H * Q * K);
    for (let b = 0; b < B; b++) {
      const [given, to] = [headsOf(at, sizes, b), headsOf(results, sizes, b)];
      const slope = { ...given.weights, pointer: slopes };
      floats(kernels.memory, slopes, H * Q * K).set(floats(kernels.memory, to.weights.pointer, H * Q * K));
      perHead(kernels, sizes, {
        a: given.context,
        b: turned(given.values),
        c: slope,
        m: Q,
        n: K,
        k: V,
        accumulate: true,
      });
      const weights = given.weights.pointer;
      softmaxGradient(kernels, { weights, dWeights: slopes, dX: slopes, rows: H * Q, columns: K });
      perHead(kernels, sizes, { a: slope, b: given.keys, c: to.query, m: Q, n: D, k: K });
      perHead(kernels, sizes, { a: turned(slope), b: given.query, c: to.keys, m: K, n: D, k: Q });
      perHead(kernels, sizes, { a: turned(given.weights), b: given.context, c: to.values, m: K, n: V, k: Q });
    }
    scale(workspace, dQuery, dQuery, B * Q * H * D, D);
    return made;
  },
  differentiable: ['query', 'keys', 'values'],
};

interface Sizes {
  readonly B: number;
  readonly Q: number;
  readonly K: number;
  /** Heads of queries, and of keys and values. */
  readonly H: number;
  readonly G: number;
  /** Features of a head's keys and values. */
  readonly D: number;
  readonly V: number;
}

function sizesOf({ query, keys, values }: Inputs, { heads, keyHeads }: Attributes): Sizes {
  const [B, Q, E] = query!.shape as [number, number, number];
  const [H, G] = [heads as number, keyHeads as number];
  return { B, Q, K: keys!.shape[1]!, H, G, D: E / H, V: values!.shape[2]! / G };
}

type Places = Readonly<Record<'query' | 'keys' | 'values' | 'context' | 'weights', number>>;

/** Where the matrices of all heads lie; those of keys and values may be shared by several heads. */
interface Heads {
  readonly pointer: number;
  readonly stride: number;
  readonly step: number;
  readonly shared: boolean;
  readonly transposed?: boolean;
}

/** Queries are scaled in a copy of their own. */
function addresses(tensors: Inputs, workspace: Workspace, { B, Q, H, D }: Sizes) {
  const { input, scratch } = workspace;
  const size = B * Q * H * D;
  const query = scratch(4 * size);
  scale(workspace, input(tensors.query!), query, size, D);
  return { query, keys: input(tensors.keys!), values: input(tensors.values!) };
}

/** out [size] = x/√D; `out` may be x. */
function scale({ kernels, scratch }: Workspace, x: number, out: number, size: number, D: number): void {
  const factor = scratch(4);
  floats(kernels.memory, factor, 1)[0] = 1 / Math.sqrt(D);
  const [a, b] = [{ pointer: x, row: size, column: 1 } as const, { pointer: factor, row: 0, column: 0 } as const];
  binary(kernels, 'multiply', { a, b, out, rows: 1, columns: size });
}

/** The heads of row b. */
function headsOf(at: Places, { Q, K, H, G, D, V }: Sizes, b: number): Readonly<Record<keyof Places, Heads>> {
  const beside = (pointer: number, length: number, count: number, width: number): Heads => {
    return { pointer: pointer + 4 * b * length * count * width, stride: count * width, step: width, shared: count < H };
  };
  return {
    query: beside(at.query, Q, H, D),
    keys: beside(at.keys, K, G, D),
    values: beside(at.values, K, G, V),
    context: beside(at.context, Q, H, V),
    weights: { pointer: at.weights + 4 * b * H * Q * K, stride: K, step: Q * K, shared: false },
  };
}

function turned(heads: Heads): Heads {
  return { ...heads, transposed: true };
}

type Products = Readonly<Record<'a' | 'b' | 'c', Heads>> & Pick<MatrixProduct, 'm' | 'n' | 'k' | 'accumulate'>;

/** c = a·b for each head, or the sum of the heads that share c. */
function perHead(kernels: Kernels, { H, G }: Sizes, { a, b, c, ...rest }: Products): void {
  if (G === H) matrixProduct(kernels, { a, b, c, ...rest, batch: H });
  else
    for (let h = 0; h < H; h++) {
      const group = Math.floor((h * G) / H);
      const [ofA, ofB, ofC] = [a, b, c].map((heads) => {
        return { ...heads, pointer: heads.pointer + 4 * heads.step * (heads.shared ? group : h) };
      }) as [Heads, Heads, Heads];
      const accumulate = rest.accumulate || (c.shared && h % (H / G) > 0);
      matrixProduct(kernels, { a: ofA, b: ofB, c: ofC, ...rest, accumulate });
    }
}
