/** A model as a small project of its own: the program, the weights, and what it needs to be installed. */
import type { Program } from '../experiment.js';
import { experiments } from './catalog.js';
import { madeWith } from './made.js';
import type { Workpiece } from './workpiece.js';

export type ProjectFiles = Readonly<Record<string, string | Uint8Array>>;

/** The files of the project, by name. The experiment must have a program. */
export async function programFiles({ composition, prepared, learner }: Workpiece): Promise<ProjectFiles> {
  const { title, program } = experiments.get(composition.experiment)!;
  const { source, files } = program!(composition.setup as never, prepared.data);
  return {
    'README.md': readme(title, Object.entries(composition.setup)),
    'package.json': `${JSON.stringify(manifest({ source, files }), undefined, 2)}\n`,
    'use.ts': source,
    ...files,
    [learner.file]: await learner.export(madeWith(composition)),
  };
}

/** What must be installed: the packages that the program imports. */
function manifest({ source }: Program) {
  const names = new Set(
    Array.from(
      source.matchAll(/(?:from|import)\s*\(?\s*'(@(?:seqloom|tensorflow)\/[^/']+)/g),
      ([, name]) => name!,
    ).sort(),
  );
  names.add('@tensorflow/tfjs-core');
  const version = (name: string) => (name.startsWith('@tensorflow/') ? '4.22.0' : 'latest');
  return {
    private: true,
    type: 'module',
    scripts: { start: 'tsx use.ts' },
    dependencies: Object.fromEntries(Array.from(names, (name) => [name, version(name)])),
    devDependencies: { tsx: '^4' },
  };
}

function readme(title: string, setup: readonly (readonly [string, string | number])[]): string {
  const lines = setup.map(([name, value]) => `- ${name}: ${value}`);
  return `# ${title}\n\nA model trained in the Seqloom playground. \`npm install\`, then \`npm start\` rebuilds it from its weights and asks it something.\n\n${lines.join('\n')}\n`;
}
