/** What a visitor does on the page and sees of it. */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Locator, type Page } from 'playwright-core';
import { browserLaunch } from '../../../scripts/browser.mjs';
import { servePlayground } from '../../../scripts/serve-playground.mjs';

const patience = 120_000;
const pictures = process.env.SEQLOOM_SCREENSHOTS ?? join(tmpdir(), 'seqloom-playground');

export class Visitor {
  /** What the browser's console complained of. */
  readonly complaints: string[] = [];
  readonly page: Page;
  readonly #address: string;
  readonly #leave: () => Promise<void>;

  private constructor(page: Page, address: string, leave: () => Promise<void>) {
    this.page = page;
    this.#address = address;
    this.#leave = leave;
    page.setDefaultTimeout(patience);
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && this.complaints.push(message.text()));
  }

  /** Builds the playground, serves it and opens a browser; `SEQLOOM_PLAYGROUND` is the address of one that is already served. */
  static async arrive(): Promise<Visitor> {
    mkdirSync(pictures, { recursive: true });
    const served = process.env.SEQLOOM_PLAYGROUND;
    const server = served
      ? { address: served, close: async () => {} }
      : await servePlayground({ port: 0, built: true });
    const launch = browserLaunch();
    const microphone = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']; // it beeps, and may be heard
    const browser = await chromium.launch({ ...launch, args: [...launch.args, ...microphone] });
    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
    return new Visitor(page, server.address, async () => {
      await browser.close();
      await server.close();
    });
  }

  leave(): Promise<void> {
    return this.#leave();
  }

  /** Opens an experiment with a setup, as it stands in the address. */
  async open(place: string): Promise<void> {
    await this.page.goto('about:blank');
    await this.page.goto(this.addressOf(place));
    await this.reaches('ready');
  }

  addressOf(place: string): string {
    return `${this.#address}#/${place}`;
  }

  /** The names of all experiments, as the page lists them. */
  async experiments(): Promise<string[]> {
    await this.open('');
    const links = this.page.locator('#experiments a');
    const targets = await links.evaluateAll((found) => found.map((link) => link.getAttribute('href') ?? ''));
    return targets.map((target) => /[\w-]+/.exec(target)![0]);
  }

  async press(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).click();
  }

  async until(condition: () => Promise<boolean>): Promise<void> {
    const start = Date.now();
    while (!(await condition())) {
      if (Date.now() - start > patience)
        throw new Error(`still not: ${condition}\n${await textOf(this.page.locator('main'))}`);
      await this.page.waitForTimeout(100);
    }
  }

  /** Waits for a phase: ready, training, paused, stopped. */
  async reaches(phase: string): Promise<void> {
    await this.until(async () => (await this.phase()) === phase);
  }

  phase(): Promise<string | null> {
    return this.page.getByTestId('status').getAttribute('data-phase');
  }

  read(testId: string): Promise<string> {
    return textOf(this.page.getByTestId(testId));
  }

  async step(): Promise<number> {
    return Number(await this.read('step'));
  }

  async loss(): Promise<number> {
    return Number(await this.read('loss'));
  }

  /** What was last measured of a quality, as a share; 0 before the first. */
  async measure(quality = 0): Promise<number> {
    return (Number.parseFloat(await this.read(quality === 0 ? 'measure' : `measure-${quality}`)) || 0) / 100;
  }

  /** What the page says of the experiment at hand with its first setup. */
  async outcome(): Promise<{ steps: number; atLeast: number; quality: number }> {
    const { steps, atLeast, quality } = await this.page
      .getByTestId('outcome')
      .evaluate(({ dataset }) => ({ ...(dataset as Record<'steps' | 'atLeast' | 'quality', string>) }));
    return { steps: Number(steps), atLeast: Number(atLeast), quality: Number(quality) };
  }

  /** The worker ends itself, which no event tells the page. */
  async killWorker(): Promise<void> {
    await this.page.workers()[0]!.evaluate(() => self.close());
  }

  /** The graphics card drops the worker's WebGL context at its next drawing. */
  async loseContext(): Promise<void> {
    await this.page.workers()[0]!.evaluate(() => {
      const { prototype } = WebGL2RenderingContext;
      const { drawElements } = prototype;
      prototype.drawElements = function (...drawn) {
        prototype.drawElements = drawElements;
        drawElements.apply(this, drawn);
        this.getExtension('WEBGL_lose_context')!.loseContext();
      };
    });
  }

  /** From now on, the browser's storage has room for this much more; to be called before anything is kept, for browsers remember what room there was. */
  async limitStorage(bytes: number): Promise<void> {
    const used = await this.page.evaluate(async () => {
      await navigator.serviceWorker.ready; // it keeps the whole page first
      return (await navigator.storage.estimate()).usage ?? 0;
    });
    const session = await this.page.context().newCDPSession(this.page);
    const origin = new URL(this.#address).origin;
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: used + bytes });
  }

  /** Whether the page can be loaded without the network. */
  async reloadsOffline(): Promise<boolean> {
    await this.page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await this.page.context().setOffline(true);
    await this.page.reload();
    await this.reaches('ready');
    await this.page.context().setOffline(false);
    return true;
  }

  async choose(label: string, name: string, content: Uint8Array): Promise<void> {
    const file = { name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) };
    await this.page.getByLabel(label).setInputFiles(file);
  }

  async drop(label: string, name: string, content: string): Promise<void> {
    const dataTransfer = await this.page.evaluateHandle(
      ([title, text]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([text!], title!));
        return transfer;
      },
      [name, content],
    );
    await this.page.getByText(label).dispatchEvent('drop', { dataTransfer });
  }

  async photograph(name: string): Promise<void> {
    await this.page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  }
}

export async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? '';
}
