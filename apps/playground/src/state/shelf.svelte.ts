/** The models that are kept in this browser, by name. */
import type { Notice } from './notices.js';
import { type Entry, ShelfStore } from './shelf-store.js';
import type { Kept } from './surroundings.js';

export class Shelf {
  /** Under which the next model is kept. */
  name = $state('');
  entries: readonly Entry[] = $state.raw([]);
  readonly #store = new ShelfStore();

  /** Keeps a model; one of the same name is replaced, but only when all went well. */
  async keep(kept: Kept, title: string): Promise<Notice> {
    const name = this.name.trim() || `${title}, ${kept.checkpoint.step} steps`;
    try {
      await this.#store.put({ name, title, saved: new Date(), step: kept.checkpoint.step }, kept);
      return { tone: 'hint', text: `Kept in this browser as ‘${name}’.` };
    } catch (error) {
      return await problemOf(error, `‘${name}’ could not be kept`);
    } finally {
      await this.refresh();
    }
  }

  /** The model of that name, or why there is none. */
  async find(name: string): Promise<Kept | Notice> {
    try {
      return (
        (await this.#store.get(name)) ?? {
          tone: 'error',
          text: `‘${name}’ is gone.`,
          hint: 'Another tab may have deleted it.',
        }
      );
    } catch (error) {
      return await problemOf(error, `‘${name}’ could not be opened`);
    }
  }

  async remove(name: string): Promise<Notice | undefined> {
    try {
      await this.#store.delete(name);
      return undefined;
    } catch (error) {
      return await problemOf(error, `‘${name}’ could not be deleted`);
    } finally {
      await this.refresh();
    }
  }

  /** Reads the list anew; a browser that keeps nothing has an empty one. */
  async refresh(): Promise<void> {
    this.entries = await this.#store.list().catch(() => []);
  }
}

async function problemOf(error: unknown, what: string): Promise<Notice> {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'QuotaExceededError') {
    const room = await navigator.storage?.estimate().catch(() => undefined);
    const { usage = 0, quota = 0 } = room ?? {};
    const figures = quota > 0 ? ` (${megabytes(usage)} of ${megabytes(quota)} are in use)` : '';
    return {
      tone: 'error',
      text: `${what}: there is no room left in this browser's storage${figures}. What was kept before is untouched.`,
      hint: 'Delete a model that you do not need any more, or download this one to a file.',
    };
  }
  return {
    tone: 'error',
    text: `${what}: ${error instanceof Error ? error.message : error}`,
    hint: 'Private windows often keep nothing. Download the weights to a file instead.',
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
