/** A process that trains a sparse CRF, and says by how many megabytes it grew: `… FILE ITERATIONS`. */
import { createReadStream, readFileSync } from 'node:fs';
import { fitFeatureCRF, lbfgs, readAttributes } from '@seqloom/hmm-crf/feature-crf';

const [path, iterations] = process.argv.slice(2) as [string, string];
const before = most();
const algorithm = lbfgs({ c2: 0.1, maxIterations: Number(iterations) });
await fitFeatureCRF(readAttributes(createReadStream(path, 'utf8') as AsyncIterable<string>), { algorithm });
console.log(most() - before);

/** The most memory there was, in megabytes; process.resourceUsage would count what the parent had when it made this process. */
function most(): number {
  return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1000;
}
