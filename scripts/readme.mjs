/** What a README promises: its first example, and the packages that its first `npm install` line names. */

/**
 * The first TypeScript block of a README.
 * @param {string} markdown
 * @returns {string | undefined}
 */
export function firstExample(markdown) {
  return /^```ts\r?\n(.*?)^```/ms.exec(markdown)?.[1];
}

/**
 * The packages of the first line that starts with `npm install`.
 * @param {string} markdown
 * @returns {string[] | undefined}
 */
export function installedPackages(markdown) {
  return /^npm install ([^#\n]+)/m.exec(markdown)?.[1]?.trim().split(/\s+/);
}
