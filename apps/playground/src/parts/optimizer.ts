/** How the weights follow the gradients. */
import { adam, chain, clipByGlobalNorm, Optimizer, rmsprop, sgd } from '@seqloom/core';
import { type Choice, choice } from '../controls/control.js';

const rules = {
  adam: (learningRate: number) => adam({ learningRate }),
  rmsprop: (learningRate: number) => rmsprop({ learningRate }),
  sgd: (learningRate: number) => sgd({ learningRate, momentum: 0.9 }),
};

const rates = [0.0003, 0.001, 0.003, 0.005, 0.01, 0.03, 0.1, 0.3, 1] as const;

function learningRateControl(initial: (typeof rates)[number]): Choice<number> {
  return choice({
    label: 'Learning rate',
    help: 'The length of a step. Too high diverges, too low crawls. It can be changed while training.',
    affects: 'training',
    options: rates.map((value) => ({ value: value as number, label: String(value) })),
    initial,
  });
}

export const optimizerControls = {
  optimizer: choice({
    label: 'Optimiser',
    help: 'Adam adapts the step of every weight; SGD (with momentum) needs a rate ten or more times higher.',
    affects: 'training',
    options: [
      { value: 'adam', label: 'Adam' },
      { value: 'rmsprop', label: 'RMSProp' },
      { value: 'sgd', label: 'SGD' },
    ],
    initial: 'adam',
  }),
  learningRate: learningRateControl(0.01),
};

/** The same, with another learning rate to begin with. */
export function optimizerControlsAt(learningRate: (typeof rates)[number]): typeof optimizerControls {
  return { ...optimizerControls, learningRate: learningRateControl(learningRate) };
}

/** The gradient's norm is clipped to 5, against the rare step that would spoil everything. */
export function makeOptimizer({
  optimizer,
  learningRate,
}: {
  optimizer: keyof typeof rules;
  learningRate: number;
}): Optimizer {
  return new Optimizer(chain(clipByGlobalNorm(5), rules[optimizer](learningRate)));
}
