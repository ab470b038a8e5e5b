import { defineConfig } from 'tsdown';
import { library } from '../../scripts/library.js';

export default defineConfig(library(['src/index.ts']));
