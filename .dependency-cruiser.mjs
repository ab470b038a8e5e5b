/** The arrows of docs/architecture.md, as rules: who may import whom. `npm test` runs them; scripts/boundaries.test.ts proves that each one bites. */

/** Which of our packages each package or app may import: these, itself, and nothing else of ours. */
const arrows = {
  'packages/kernels': [],
  'packages/core': ['kernels'],
  'packages/attention': ['core', 'kernels'],
  'packages/layers': ['core', 'attention', 'kernels'],
  'packages/hmm-crf': ['core', 'kernels'],
  'packages/data': ['core'],
  'packages/models': ['core', 'attention', 'layers', 'hmm-crf', 'data'],
  'apps/playground': ['core', 'attention', 'layers', 'hmm-crf', 'data', 'models'],
  'apps/cli': ['core', 'attention', 'layers', 'hmm-crf', 'data', 'models'],
};

/** @param {string} name @param {object} from @param {object} to */
const forbid = (name, from, to) => ({ name, severity: 'error', from, to });

const tfjs = '(^|node_modules/)@tensorflow/';
const ours = '^(packages|apps|bench|quality)/';

export default {
  forbidden: [
    ...Object.entries(arrows).map(([folder, names]) =>
      forbid(
        `${folder} → ${names.join(', ') || 'nothing'}`,
        { path: `^${folder}/` },
        { path: ours, pathNot: [folder, ...names.map((name) => `packages/${name}`)].map((path) => `^${path}/`) },
      ),
    ),
    forbid(
      'private files stay private: other packages are imported by name',
      { path: '^(packages|apps|bench|quality)/([^/]+)/' },
      { path: ours, pathNot: '^$1/$2/', dependencyTypes: ['local'] },
    ),
    forbid('only public entries resolve', { path: ours }, { path: '^@seqloom/', couldNotResolve: true }),
    forbid('kernels knows no tfjs', { path: '^packages/kernels/' }, { path: tfjs }),
    forbid(
      'only core/backend knows tfjs backends by name',
      { path: '^packages/', pathNot: '^packages/core/src/backend/' },
      { path: `${tfjs}tfjs-backend-` },
    ),
    forbid(
      'in data only to-tensors meets tensors',
      { path: '^packages/data/src/', pathNot: '^packages/data/src/to-tensors(\\.test)?\\.ts$' },
      { path: [tfjs, '^packages/core/src/index\\.ts$'] },
    ),
    forbid(
      'no cycles but of types',
      { path: ours },
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages|apps)/[^/]+/dist/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@seqloom/source', 'import', 'types', 'default'],
    },
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
