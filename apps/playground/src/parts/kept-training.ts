/** A feature CRF in the middle of its training, as bytes: a header, the model as a CRFsuite file, and what the algorithm remembers. */
import { CheckpointError, type JsonValue } from '@seqloom/core';
import { type AlgorithmState, FeatureCRF, readCrfsuiteModel, writeCrfsuiteModel } from '@seqloom/hmm-crf/feature-crf';

export interface KeptTraining {
  readonly crf: FeatureCRF;
  /** Of the last iteration; NaN before the first. */
  readonly loss: number;
  /** None before the first iteration. */
  readonly state?: AlgorithmState;
}

/** Before the model: what it is and how long its parts are. */
interface Header {
  readonly format: typeof format;
  readonly made?: JsonValue;
  readonly model: number;
  readonly loss: number | null;
  readonly state?: Omit<AlgorithmState, 'vectors'>;
  readonly vectors: readonly (readonly [name: string, kind: 'float64' | 'int32', length: number])[];
}

const format = 'seqloom.feature-crf-training';

/** The name of such a file. */
export const trainingFile = 'model.crf';

export function writeTraining({ crf, loss, state }: KeptTraining, made?: JsonValue): Uint8Array<ArrayBuffer> {
  const model = writeCrfsuiteModel(crf.model);
  const vectors = Object.entries(state?.vectors ?? {});
  const header: Header = {
    format,
    ...(made && { made }),
    model: model.length,
    loss: Number.isNaN(loss) ? null : loss,
    ...(state && { state: { algorithm: state.algorithm, iteration: state.iteration, numbers: state.numbers } }),
    vectors: vectors.map(([name, v]) => [name, v instanceof Int32Array ? 'int32' : 'float64', v.length]),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const parts = [new Uint8Array(Uint32Array.of(text.length).buffer), text, model];
  for (const [, vector] of vectors) parts.push(new Uint8Array(vector.slice().buffer));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** What stands at the beginning. Throws on anything else. */
export function readHeader(bytes: Uint8Array): Header {
  return headerOf(bytes).header;
}

function headerOf(bytes: Uint8Array): { header: Header; end: number } {
  const end = 4 + new Uint32Array(bytes.slice(0, 4).buffer)[0]!;
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, end))) as Header;
  if (header.format !== format) throw new Error(`the format is ${header.format}`);
  return { header, end };
}

/** What `writeTraining` wrote. Throws a CheckpointError on anything else. */
export function readTraining(bytes: Uint8Array): KeptTraining {
  try {
    const { header, end } = headerOf(bytes);
    let at = end;
    const next = (length: number) => {
      at += length;
      return bytes.slice(at - length, at); // a copy, so that numbers lie as they must
    };
    const crf = new FeatureCRF(readCrfsuiteModel(next(header.model)));
    const vectors = Object.fromEntries(
      header.vectors.map(([name, kind, size]) => [
        name,
        kind === 'int32' ? new Int32Array(next(4 * size).buffer) : new Float64Array(next(8 * size).buffer),
      ]),
    );
    return { crf, loss: header.loss ?? Number.NaN, ...(header.state && { state: { ...header.state, vectors } }) };
  } catch (cause) {
    throw new CheckpointError('crf', 'the file is no feature CRF of the playground', { cause });
  }
}
