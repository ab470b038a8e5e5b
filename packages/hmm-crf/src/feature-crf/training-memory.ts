/** Data, features and weights in the memory of kernels, and the kernels' plan of where they lie. */
import {
  Arena,
  canShareMemory,
  doubles,
  type FeaturePlan,
  featurePlanBytes,
  integers,
  type Kernels,
  loadKernelsSync,
  sharedMemory,
  startThreads,
  stopThreads,
  writeFeaturePlan,
} from '@seqloom/kernels';
import type { FeatureSet } from './features.js';
import { placed } from './too-large.js';
import type { TrainingData } from './training-data.js';

/** How many tokens are worked on together; few enough that their rows stay in the processor's cache. */
const batchTokens = 1024;

/** Sequences first..end−1. */
export interface Batch {
  readonly first: number;
  readonly end: number;
  /** The token that has the first row. */
  readonly base: number;
}

/** Plain numbers about the problem, and where it lies; weights are state features, then transitions. */
type Changing = 'stateWeights' | 'denseWeights' | 'gradient' | 'denseGradient';

export class TrainingMemory {
  readonly kernels: Kernels;
  readonly features: FeatureSet;
  /** K: how many weights there are. */
  readonly size: number;
  readonly stateCount: number;
  readonly sequenceCount: number;
  readonly sequences: Int32Array;
  readonly tokenLabels: Int32Array;
  /** How much a sequence counts. */
  readonly weightOf: (sequence: number) => number;
  readonly batches: readonly Batch[];
  readonly threads: number;
  /** Pointer to the plan. */
  readonly plan: number;
  readonly #fields: FeaturePlan;
  readonly #transitionFeatures: Int32Array;
  readonly #arena: Arena;

  private constructor(data: TrainingData, features: FeatureSet, threads: number, arena: Arena) {
    this.kernels = loadKernelsSync(arena);
    this.#arena = arena;
    this.features = features;
    this.threads = threads;
    this.stateCount = features.stateLabels.length;
    this.size = this.stateCount + features.transitionLabels.length;
    this.sequences = data.sequences;
    this.sequenceCount = data.sequences.length - 1;
    this.tokenLabels = data.tokenLabels;
    this.weightOf = weighing(data.sequenceWeights);
    this.batches = batchesOf(data.sequences);
    this.#transitionFeatures = transitionFeatures(features);
    this.plan = arena.allocate(featurePlanBytes);
    this.#fields = this.#layOut(data);
    this.use({});
  }

  /** With threads where they can be had; `onLoss` hears why there are fewer. */
  static async place(
    data: TrainingData,
    features: FeatureSet,
    threads: number,
    onLoss?: (problem: string) => void,
  ): Promise<TrainingMemory> {
    const several = threads > 1 && canShareMemory();
    const memory = new TrainingMemory(data, features, threads, several ? new Arena(sharedMemory()) : new Arena());
    const started = threads === 1 || (several && (await startThreads(memory.kernels, { count: threads, onLoss })));
    if (!started) onLoss?.('this environment has no threads that share memory');
    return memory;
  }

  /** A new vector of float64 zeros; views of others are detached when the memory grows. */
  vector(length: number = this.size): number {
    const pointer = this.#allocate(8 * length);
    this.doubles(pointer, length).fill(0);
    return pointer;
  }

  doubles(pointer: number, length: number = this.size): Float64Array<ArrayBuffer> {
    return doubles(this.#arena, pointer, length);
  }

  integers(pointer: number, length: number): Int32Array<ArrayBuffer> {
    return integers(this.#arena, pointer, length);
  }

  /** Tells the kernels where the weights are that they read, and the gradient that they add to; returns the whole plan. */
  use(changes: Partial<Pick<FeaturePlan, Changing>>): FeaturePlan {
    Object.assign(this.#fields, changes);
    writeFeaturePlan(this.#arena, this.#fields, this.plan);
    return this.#fields;
  }

  /** Puts the weights of transitions, times `scale`, where the kernels read them; 0 where there is no feature. */
  setTransitions(weights: Float64Array, scale = 1): void {
    const { labelCount: L, transitionOffsets, transitionLabels } = this.features;
    const dense = this.doubles(this.#fields.transition, L * L);
    for (let i = 0; i < L; i++) {
      for (let f = transitionOffsets[i]!; f < transitionOffsets[i + 1]!; f++) {
        dense[i * L + transitionLabels[f]!] = scale * weights[this.stateCount + f]!;
      }
    }
  }

  /** Tells the kernels what stands for the state features of an attribute. */
  group(attribute: number, group: readonly [number, number]): void {
    this.integers(this.#fields.groups + 8 * attribute, 2).set(group);
  }

  /** [A]: about how long it takes to add what all tokens have to add to the features of every attribute. */
  attributeWork(): Float64Array {
    const { labelCount, stateOffsets } = this.features;
    const work = new Float64Array(stateOffsets.length - 1);
    const groups = this.integers(this.#fields.groups, 2 * work.length);
    const count = this.integers(this.#fields.tokens, this.tokenLabels.length + 1)[this.tokenLabels.length]!;
    for (const a of this.integers(this.#fields.attributes, count)) {
      const features = groups[2 * a + 1]!;
      const isRow = features < 0 || features === labelCount; // added by vectors; the others are seldom in the cache
      work[a]! += isRow ? 3 + labelCount / 4 : 10 + features;
    }
    return work;
  }

  /** The feature of label i followed by j, −1 where there is none. */
  transitionFeature(i: number, j: number): number {
    return this.#transitionFeatures[i * this.features.labelCount + j]!;
  }

  /** The most tokens of a sequence. */
  get longest(): number {
    let most = 0;
    for (let s = 0; s < this.sequenceCount; s++) most = Math.max(most, this.sequences[s + 1]! - this.sequences[s]!);
    return most;
  }

  stopThreads(): void {
    stopThreads(this.kernels);
  }

  #layOut(data: TrainingData): FeaturePlan {
    const { labelCount: L, stateOffsets, stateLabels } = this.features;
    const P = L + (L % 2);
    const n = Math.max(...this.batches.map(({ base, end }) => data.sequences[end]! - base));
    return {
      L,
      sequences: this.#put(data.sequences),
      tokens: this.#put(data.tokens),
      attributes: this.#put(data.attributeIds),
      values: data.values ? this.#put(data.values) : 0,
      labels: this.#put(data.tokenLabels),
      groups: this.#put(groupsOf(stateOffsets)),
      stateLabels: this.#put(stateLabels),
      stateWeights: 0,
      denseWeights: 0,
      transition: this.vector(L * L),
      weights: this.vector(P * P),
      scale: this.vector(P),
      transposed: this.vector(L * P),
      alphas: this.vector(n * P),
      betas: this.vector(n * P),
      errors: this.vector(n * P),
      workspace: this.vector(2 * P * this.threads),
      sequenceWeights: data.sequenceWeights ? this.#put(data.sequenceWeights) : 0,
      losses: this.vector(this.sequenceCount),
      gradient: 0,
      denseGradient: 0,
      pairs: this.vector(L * P),
    };
  }

  #allocate(bytes: number): number {
    const { labelCount: L, stateOffsets } = this.features;
    const what = () =>
      `${this.tokenLabels.length} tokens, ${stateOffsets.length - 1} attributes, ${L} labels and ${this.size} features`;
    return placed('trainFeatureCRF', what, () => this.#arena.allocate(bytes));
  }

  #put(values: Int32Array | Float64Array): number {
    const pointer = this.#allocate(values.byteLength);
    if (values instanceof Int32Array) this.integers(pointer, values.length).set(values);
    else this.doubles(pointer, values.length).set(values);
    return pointer;
  }
}

function weighing(weights: Float64Array | undefined): (sequence: number) => number {
  return weights ? (sequence) => weights[sequence]! : () => 1;
}

/** [A,2]: first feature and count. */
function groupsOf(offsets: Int32Array): Int32Array {
  const groups = new Int32Array(2 * (offsets.length - 1));
  for (let a = 0; a + 1 < offsets.length; a++) {
    groups[2 * a] = offsets[a]!;
    groups[2 * a + 1] = offsets[a + 1]! - offsets[a]!;
  }
  return groups;
}

/** Whole sequences, as many as fit; a longer one alone. */
function batchesOf(sequences: Int32Array): Batch[] {
  const batches: Batch[] = [];
  const count = sequences.length - 1;
  for (let first = 0; first < count; ) {
    let end = first + 1;
    while (end < count && sequences[end + 1]! - sequences[first]! <= batchTokens) end++;
    batches.push({ first, end, base: sequences[first]! });
    first = end;
  }
  return batches;
}

/** [L,L]: places among the weights. */
function transitionFeatures({
  labelCount: L,
  stateLabels,
  transitionOffsets,
  transitionLabels,
}: FeatureSet): Int32Array {
  const places = new Int32Array(L * L).fill(-1);
  for (let i = 0; i < L; i++) {
    for (let f = transitionOffsets[i]!; f < transitionOffsets[i + 1]!; f++) {
      places[i * L + transitionLabels[f]!] = stateLabels.length + f;
    }
  }
  return places;
}
