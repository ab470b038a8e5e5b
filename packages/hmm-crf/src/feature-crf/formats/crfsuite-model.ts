/** CRFsuite's model files ("lCRF", of CRFsuite 0.8 to 0.12 and python-crfsuite), read as they lie in memory. https://www.chokkan.org/software/crfsuite/ */
import { show } from '@seqloom/core/errors';
import type { FeatureModel } from '../feature-model.js';
import { type FeatureGroups, readFeatures } from './crfsuite-features.js';
import { FileBytes } from './file-bytes.js';
import { QuarkDatabase } from './quark-database.js';

/** The header: magic, file size, kind, version, three counts and five offsets. */
export const fileHeaderSize = 48;
export const modelVersion = 100;

interface Header {
  labelCount: number;
  attributeCount: number;
  features: number;
  labels: number;
  attributes: number;
  labelReferences: number;
  attributeReferences: number;
}

/**
 * The model in the bytes of a CRFsuite model file. Attributes are looked up in `bytes`, which must not change from then on; only the weights and the
 * names of the labels are copied. Throws a CheckpointError, with the position, for a file that is cut short, inconsistent or something else.
 */
export function readCrfsuiteModel(bytes: Uint8Array): FeatureModel {
  const file = new FileBytes('readCrfsuiteModel', bytes);
  const header = readHeader(file);
  const labels = new QuarkDatabase(file, header.labels, header.labelCount, 'labels');
  const attributes = new QuarkDatabase(file, header.attributes, header.attributeCount, 'attributes');
  const { state, transition } = readFeatures(file, header.features, attributes.size, labels.size);
  checkReferences(file, header.labelReferences, 'LFRF', transition, labels.size);
  checkReferences(file, header.attributeReferences, 'AFRF', state, attributes.size);
  return {
    labels: Array.from({ length: labels.size }, (_, id) => labels.name(id)),
    attributes,
    stateOffsets: state.offsets,
    stateLabels: state.labels,
    stateWeights: state.weights,
    transitionOffsets: transition.offsets,
    transitionLabels: transition.labels,
    transitionWeights: transition.weights,
  };
}

function readHeader(file: FileBytes): Header {
  file.tag(0, 'lCRF', 'a model of CRFsuite');
  file.range(0, fileHeaderSize, 'the header');
  const field = (i: number) => file.view.getUint32(4 * i, true);
  if (field(1) !== file.length) {
    const hint = field(1) > file.length ? 'the file is cut short: copy it again' : undefined;
    file.fail(4, `the header says that the file has ${field(1)} bytes, it has ${file.length}`, hint);
  }
  file.tag(8, 'FOMC', 'the kind of model that is known');
  if (field(3) !== modelVersion)
    file.fail(12, `version ${show(field(3))} of the format is unknown, ${modelVersion} is known`);
  if (field(5) === 0) file.fail(20, 'a model without labels');
  return {
    labelCount: field(5), // field 4, the number of features, CRFsuite leaves 0
    attributeCount: field(6),
    features: field(7),
    labels: field(8),
    attributes: field(9),
    labelReferences: field(10),
    attributeReferences: field(11),
  };
}

/** Checks the lists by which CRFsuite finds features: the list of each source must name all its features, and each once. */
function checkReferences(file: FileBytes, at: number, tag: string, groups: FeatureGroups, sources: number): void {
  const { view } = file;
  file.tag(at, tag, 'a list of feature references');
  file.range(at, 12, `the header of ${tag}`);
  const size = view.getUint32(at + 4, true);
  const count = view.getUint32(at + 8, true);
  file.range(at, size, `the chunk ${tag}`);
  if (count < sources) file.fail(at + 8, `${tag} has references for ${count} of ${sources}`);
  file.range(at + 12, 4 * sources, `the offsets of ${tag}`, at + size);
  const seen = new Uint8Array(groups.sourceOf.length);
  for (let source = 0; source < sources; source++) {
    const list = view.getUint32(at + 12 + 4 * source, true);
    file.range(list, 4, `list ${source} of ${tag}`, at + size);
    const expected = groups.offsets[source + 1]! - groups.offsets[source]!;
    const length = view.getUint32(list, true);
    if (length !== expected) file.fail(list, `list ${source} of ${tag} names ${length} of ${expected} features`);
    file.range(list + 4, 4 * length, `list ${source} of ${tag}`, at + size);
    for (let i = 0; i < length; i++) {
      const feature = view.getUint32(list + 4 + 4 * i, true);
      const wrong = feature >= seen.length || groups.sourceOf[feature] !== source || seen[feature];
      if (wrong) file.fail(list + 4 + 4 * i, `list ${source} of ${tag} names feature ${feature}, twice or not its own`);
      seen[feature] = 1;
    }
  }
}
