/** Serves the playground: `node scripts/serve-playground.mjs [--port 5173] [--preview]`; `--preview` builds it and serves the result. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, createServer, preview } from 'vite';

const root = fileURLToPath(new URL('../apps/playground', import.meta.url));

/**
 * Serves from source with live reload, or the production build, on `port` or the next free one.
 * @param {{ port?: number, built?: boolean }} [options]
 */
export async function servePlayground({ port = 5173, built = false } = {}) {
  const common = /** @type {const} */ ({ root, logLevel: 'warn' });
  if (built) await build(common);
  const server = built
    ? await preview({ ...common, preview: { port } })
    : await createServer({ ...common, server: { port } }).then((created) => created.listen());
  const address = server.resolvedUrls?.local[0];
  if (!address) throw new Error('The server has no local address.');
  return { address, close: () => server.close() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    console.error(`\nThe playground cannot be served: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}

async function main() {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '5173' }, preview: { type: 'boolean', default: false } },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(`'${values.port}' is not a port (0 to 65535).`);
  const { address } = await servePlayground({ port, built: values.preview });
  const { port: actual } = new URL(address);
  if (port !== 0 && actual !== values.port) console.log(`Port ${port} is busy: using ${actual} instead.`);
  console.log(`\nThe playground is at ${address}\nPress Ctrl+C to stop.`);
}
