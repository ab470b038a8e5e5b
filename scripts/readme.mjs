/** What a README promises: its examples, and the packages that its first `npm install` line names. */

/**
 * The TypeScript blocks of a README that stand alone: those that begin with an import.
 * @param {string} markdown
 * @returns {string[]}
 */
export function examples(markdown) {
  return [...markdown.matchAll(/^```ts\r?\n(import .*?)^```/gms)].map(([, example]) => String(example));
}

/**
 * The packages of the first line that starts with `npm install`.
 * @param {string} markdown
 * @returns {string[] | undefined}
 */
export function installedPackages(markdown) {
  return /^npm install ([^#\n]+)/m.exec(markdown)?.[1]?.trim().split(/\s+/);
}
