/** Writes CRFsuite's model files ("lCRF"): CRFsuite and python-crfsuite load them and tag as we do. */
import { DataError } from '@seqloom/core/errors';
import { checkModel } from '../check-model.js';
import type { FeatureModel } from '../feature-model.js';
import { featureSize, stateKind, transitionKind } from './crfsuite-features.js';
import { fileHeaderSize, modelVersion } from './crfsuite-model.js';
import { FileWriter } from './file-writer.js';
import { writeQuarkDatabase } from './quark-database-writer.js';

const where = 'writeCrfsuiteModel';

/**
 * The model as the bytes of a CRFsuite model file; a model that was read from one gives the same bytes again. Throws a DataError for a model
 * whose arrays do not fit together, for names that come twice or that a file cannot hold (a character 0), and above 4 GB.
 */
export function writeCrfsuiteModel(model: FeatureModel): Uint8Array<ArrayBuffer> {
  checkModel(model);
  const { labels, attributes, stateOffsets, transitionOffsets } = model;
  const file = new FileWriter();
  file.zeros(fileHeaderSize);
  const features = file.length;
  writeFeatures(file, model);
  const labelNames = file.length;
  writeQuarkDatabase(file, labels.length, (id) => labels[id]!, where);
  const attributeNames = file.length;
  writeQuarkDatabase(file, attributes.size, (id) => attributes.name(id), where);
  const labelReferences = writeReferences(file, 0x4652464c, transitionOffsets, model.stateLabels.length, 2);
  const attributeReferences = writeReferences(file, 0x46524641, stateOffsets, 0, 0);
  if (file.length > 0xffffffff) throw new DataError(where, `${file.length} bytes are more than the format can count`);
  const [magic, kind] = [0x4652436c, 0x434d4f46]; // 'lCRF', 'FOMC'
  const counts = [0, labels.length, attributes.size]; // the number of features stays 0, as in CRFsuite's own files
  const offsets = [features, labelNames, attributeNames, labelReferences, attributeReferences];
  file.patch(0, magic, file.length, kind, modelVersion, ...counts, ...offsets);
  return file.finish();
}

function writeFeatures(file: FileWriter, model: FeatureModel): void {
  const count = model.stateLabels.length + model.transitionLabels.length;
  file.u32(0x54414546); // 'FEAT'
  file.u32(12 + featureSize * count);
  file.u32(count);
  writeGroups(file, stateKind, model.stateOffsets, model.stateLabels, model.stateWeights);
  writeGroups(file, transitionKind, model.transitionOffsets, model.transitionLabels, model.transitionWeights);
}

function writeGroups(
  file: FileWriter,
  kind: number,
  offsets: Int32Array,
  labels: Int32Array,
  weights: Float64Array,
): void {
  for (let source = 0; source + 1 < offsets.length; source++) {
    for (let f = offsets[source]!; f < offsets[source + 1]!; f++) {
      if (f > offsets[source]! && labels[f - 1]! >= labels[f]!) {
        throw new DataError(
          where,
          `the labels of ${kind === stateKind ? 'attribute' : 'label'} ${source} do not ascend`,
        );
      }
      file.u32(kind);
      file.u32(source);
      file.u32(labels[f]!);
      file.f64(weights[f]!);
    }
  }
}

/** For every source the numbers of its features, which begin at `first`; then `spare` sources without a list, as CRFsuite has for labels. */
function writeReferences(file: FileWriter, tag: number, offsets: Int32Array, first: number, spare: number): number {
  file.zeros(-file.length & 3);
  const begin = file.length;
  const sources = offsets.length - 1;
  file.u32(tag);
  file.u32(0);
  file.u32(sources + spare);
  file.zeros(4 * (sources + spare));
  for (let source = 0; source < sources; source++) {
    file.patch(begin + 12 + 4 * source, file.length);
    file.u32(offsets[source + 1]! - offsets[source]!);
    for (let f = offsets[source]!; f < offsets[source + 1]!; f++) file.u32(first + f);
  }
  file.patch(begin + 4, file.length - begin);
  return begin;
}
