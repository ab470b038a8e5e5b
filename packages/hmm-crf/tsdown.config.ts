import { defineConfig } from 'tsdown';
import { library } from '../../scripts/library.js';

export default defineConfig(
  library(['src/index.ts', 'src/hmm/index.ts', 'src/chain64/index.ts', 'src/feature-crf/index.ts']),
);
