/** What the page has to tell: what happened, what to try, and a way on. */

export interface Notice {
  readonly tone: 'error' | 'hint';
  readonly text: string;
  readonly hint?: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** The worker died; `step` is that of the last checkpoint, 0 without one. */
export function deathNotice(reason: string, step: number, resume: () => void): Notice {
  return {
    tone: 'error',
    text: `The training worker died: ${reason}.`,
    hint:
      step > 0
        ? 'The last checkpoint is safe. If it dies again, choose a smaller model or another backend.'
        : 'If it dies again, choose a smaller model or another backend.',
    action: { label: step > 0 ? `Resume from step ${step}` : 'Start again', run: resume },
  };
}

/** Weights were taken from a file; where they brought another model, `before` tells how to get back what it replaced. */
export function loadedNotice({ name, brought }: { name: string; brought: boolean }, before?: Notice): Notice {
  if (!brought) return { tone: 'hint', text: `Weights loaded from ${name}.` };
  const text = `Weights loaded from ${name}, and with them the setup that they were made with.`;
  return { tone: 'hint', text, ...(before?.action && { action: before.action }) };
}

/** Training stopped by itself. */
export function endNotice(why: string, step: number): Notice {
  return {
    tone: 'hint',
    text: `${why} after ${step} ${step === 1 ? 'iteration' : 'iterations'}, and measured on everything unseen.`,
    hint: 'There is next to nothing left to gain. Train goes on all the same.',
  };
}

/** A new model took the place of one that had learnt something. */
export function replacedNotice(step: number, bringBack: () => void): Notice {
  return {
    tone: 'hint',
    text: 'A new model, at step 0.',
    action: { label: `Bring back the one at step ${step}`, run: bringBack },
  };
}
