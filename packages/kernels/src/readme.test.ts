import { test } from 'vitest';
import { runReadmeExamples } from '../../../scripts/readme-example.js';

test('the example in the README runs; it throws where its product is wrong', async () => {
  await runReadmeExamples(new URL('..', import.meta.url));
});
