/** What each backend offers in this browser. */
import type { BackendReport } from './protocol.js';
export async function backendReports(): Promise<BackendReport[]> {
  return [];
}
