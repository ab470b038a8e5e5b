import { defineConfig } from 'tsdown';
import { library } from '../../scripts/library.js';

export default defineConfig(
  library([
    'src/index.ts',
    'src/errors.ts',
    'src/options.ts',
    'src/rng.ts',
    'src/dataset.ts',
    'src/pause.ts',
    'src/node.ts',
    'src/testing/index.ts',
  ]),
);
