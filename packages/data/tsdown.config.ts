import { defineConfig } from 'tsdown';
import { library } from '../../scripts/library.js';

export default defineConfig(
  library([
    'src/index.ts',
    'src/to-tensors.ts',
    'src/datasets/index.ts',
    'src/synthetic/index.ts',
    'src/tokenizers/index.ts',
    'src/audio/index.ts',
    'src/series/index.ts',
    'src/node.ts',
  ]),
);
