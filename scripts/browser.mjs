/** The real browser that tests and page scripts drive: the first one found, or an error that says how to get one. */
import { execFileSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Flags with which wasm, WebGL 2 and WebGPU all work headless, on the page and in workers (in software: for correctness, not speed). */
export const browserArgs = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/**
 * Playwright's launch options for that browser: `chromium.launch(browserLaunch())`. Throws when the machine has none.
 * @returns {{ executablePath: string, args: string[], env: Record<string, string>, headless: true }}
 */
export function browserLaunch() {
  const own = /** @type {Record<string, string>} */ ({ ...process.env, LC_ALL: 'en_US.UTF-8' }); // one language everywhere
  const found = fromEnvironment() ?? installed();
  if (found) return { executablePath: found, args: browserArgs, env: own, headless: true };
  const folder = unpacked();
  if (!folder) throw new Error(absence());
  own.LD_LIBRARY_PATH = [join(folder, 'al2023/lib'), own.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
  if (!existsSync('/etc/fonts/fonts.conf')) own.FONTCONFIG_PATH ??= join(folder, 'fonts');
  return { executablePath: join(folder, 'chromium'), args: browserArgs, env: own, headless: true };
}

/** `CHROME_PATH`, which must exist when it is set. */
function fromEnvironment() {
  const path = process.env.CHROME_PATH;
  if (path && !isExecutable(path)) {
    throw new Error(
      `CHROME_PATH is '${path}', which is not a program.\nPoint it at Chrome, Edge or Chromium, or unset it.`,
    );
  }
  return path || undefined;
}

/** An installed Chrome, Edge or Chromium, where each system keeps them. */
function installed() {
  if (process.platform === 'darwin') {
    const names = ['Google Chrome', 'Microsoft Edge', 'Chromium'];
    return names.map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`).find(isExecutable);
  }
  if (process.platform === 'win32') {
    const roots = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) => process.env[name] ?? []);
    const programs = [
      'Google/Chrome/Application/chrome.exe',
      'Microsoft/Edge/Application/msedge.exe',
      'Chromium/Application/chrome.exe',
    ];
    return programs.flatMap((program) => roots.map((folder) => join(folder, program))).find(isExecutable);
  }
  const names = [
    'google-chrome-stable',
    'google-chrome',
    'microsoft-edge-stable',
    'microsoft-edge',
    'chromium',
    'chromium-browser',
  ];
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/**
 * The folder with the Chromium of the npm package @sparticuz/chromium (Linux x64), unpacked once; in a child process, because the
 * package steers itself and its host through environment variables, and through a rename, because two processes may do it at once.
 */
function unpacked() {
  const manifest = join(root, 'node_modules/@sparticuz/chromium/package.json');
  if (process.platform !== 'linux' || process.arch !== 'x64' || !existsSync(manifest)) return undefined;
  const folder = join(root, 'node_modules/.cache', `chromium-${JSON.parse(readFileSync(manifest, 'utf8')).version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const staging = mkdtempSync(`${folder}-`);
  const program = `import chromium from '@sparticuz/chromium'; await chromium.executablePath();`;
  const env = { ...process.env, TMPDIR: staging, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' };
  try {
    execFileSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: root, env, stdio: 'pipe' });
    const fonts = join(staging, 'fonts/fonts.conf');
    writeFileSync(fonts, readFileSync(fonts, 'utf8').replaceAll('/tmp/fonts', join(folder, 'fonts')));
    renameSync(staging, folder);
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    if (!existsSync(folder)) throw new Error(`Chromium could not be unpacked into ${folder}.`, { cause: error });
  }
  return folder;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function absence() {
  return [
    'No browser was found: the browser tests need Chrome, Edge or Chromium.',
    'Install one (Debian: apt-get install chromium), or set CHROME_PATH to one;',
    'on Linux x64 the optional dependency @sparticuz/chromium brings its own: run the install again without --no-optional.',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(`Browser: ${browserLaunch().executablePath}`);
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
