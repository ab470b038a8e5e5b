/** Counts the tests of one vitest run from its JSON report. */
import { readFileSync } from 'node:fs';

/**
 * How many tests passed, and the names of those that failed; a file that failed as a whole counts as one failure, a report that
 * was never written as none (vitest's exit code tells).
 * @param {string} file
 * @returns {{ passed: number, failures: string[] }}
 */
export function readReport(file) {
  /** @type {{ testResults: { name: string, status: string, assertionResults: { status: string, fullName: string }[] }[] }} */
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failures: [] };
  }
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const failed = (/** @type {{ status: string }} */ { status }) => status === 'failed';
  const broken = report.testResults.filter((file) => failed(file) && !file.assertionResults.some(failed));
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failures: [...broken.map(({ name }) => name), ...tests.filter(failed).map(({ fullName }) => fullName)],
  };
}
