/** How the weights follow the gradients. */
import { adam, chain, clipByGlobalNorm, Optimizer, rmsprop, sgd } from '@seqloom/core';
import { choice } from '../controls/control.js';

const rules = {
  adam: (learningRate: number) => adam({ learningRate }),
  rmsprop: (learningRate: number) => rmsprop({ learningRate }),
  sgd: (learningRate: number) => sgd({ learningRate, momentum: 0.9 }),
};

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
  learningRate: choice({
    label: 'Learning rate',
    help: 'The length of a step. Too high diverges, too low crawls. It can be changed while training.',
    affects: 'training',
    options: [0.0003, 0.001, 0.003, 0.005, 0.01, 0.03, 0.1, 0.3, 1].map((value) => ({ value, label: String(value) })),
    initial: 0.01,
  }),
};

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
