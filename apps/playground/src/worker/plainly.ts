/** Errors in words that say what happened and what to try. */
import { isSeqError } from '@seqloom/core/errors';

export function plainly(error: unknown): { message: string; hint?: string } {
  if (isSeqError(error)) return { message: problemOf(error.message, error.where), hint: error.hint };
  const message = error instanceof Error ? error.message : String(error);
  const known = knowledge.find(({ sign }) => sign.test(message));
  return { message: known?.says ?? `Something went wrong: ${message}`, hint: known?.hint };
}

/** The message without the place in the code and without the hint, which is shown by itself. */
function problemOf(message: string, where: string): string {
  const problem = message.slice(where.length + 2).split('\n  hint: ')[0]!;
  return `${problem[0]!.toUpperCase()}${problem.slice(1)}`;
}

const knowledge: { sign: RegExp; says: string; hint: string }[] = [
  {
    sign: /out of memory|allocation failed|memory access out of bounds|Cannot enlarge memory|Array buffer allocation/i,
    says: 'Memory ran out.',
    hint: 'Choose a smaller size or batch, or reload the page: the address keeps the whole setup.',
  },
  {
    sign: /context ?lost|CONTEXT_LOST|device (was |is )?lost/i,
    says: 'The graphics card dropped this page.',
    hint: 'Choose the wasm backend, or reload the page: the address keeps the whole setup.',
  },
  {
    sign: /Failed to fetch|Importing a module script failed|dynamically imported module/i,
    says: 'A part of the page could not be loaded.',
    hint: 'Look at the network connection and reload.',
  },
];
