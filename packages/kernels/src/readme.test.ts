import { test } from 'vitest';
import { runReadmeExample } from '../../../scripts/readme-example.js';

test('the example in the README runs; it throws where its product is wrong', async () => {
  await runReadmeExample(new URL('..', import.meta.url));
});
