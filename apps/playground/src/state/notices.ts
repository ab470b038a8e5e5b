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

/** Weights were taken from a file; `before` tells how to get back what they replaced. */
export function loadedNotice({ name, brought }: { name: string; brought: boolean }, before?: Notice): Notice {
  const setup = brought ? ', and with them the setup that they were made with' : '';
  return { tone: 'hint', text: `Weights loaded from ${name}${setup}.`, action: before?.action };
}

/** Training stopped by itself. */
export function endNotice(why: string, step: number): Notice {
  return {
    tone: 'hint',
    text: `${why} after ${step} ${step === 1 ? 'iteration' : 'iterations'}, and measured on everything unseen.`,
    hint: 'There is next to nothing left to gain. Train goes on all the same.',
  };
}

/** A model at `step` took the place of one that had learnt something, until step `before`. */
export function replacedNotice(step: number, before: number, bringBack: () => void): Notice {
  return {
    tone: 'hint',
    text: `${step === 0 ? 'A new' : 'Another'} model, at step ${step}.`,
    action: { label: `Bring back the one at step ${before}`, run: bringBack },
  };
}
