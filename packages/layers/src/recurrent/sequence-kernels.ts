/** The fused kernels of the recurrent sequence ops: whole sequences at once, forward and backward. Each returns what it made, in order. */
import type { FusedPair } from '@seqloom/core';
import {
  gruResetAfterBackward,
  gruResetAfterForward,
  gruResetBeforeBackward,
  gruResetBeforeForward,
  lstmBackward,
  lstmForward,
  type SimpleRNNActivation,
  simpleRNNBackward,
  simpleRNNForward,
} from '@seqloom/kernels';
import { addresses, copyOf, perRow, perStep, perUnit, places, shapeOf } from './sequence-memory.js';

/** Workspaces: the states before each step. */
export const simpleRNNKernels: FusedPair<'projected' | 'recurrent' | 'mask' | 'hidden'> = {
  forward(inputs, { activation }, workspace) {
    const shape = { ...shapeOf(inputs), activation: activation as SimpleRNNActivation };
    const { projected, recurrent: weights, mask, hidden: h0 } = inputs;
    const made = {
      outputs: perStep(workspace, shape),
      h: perRow(workspace, shape),
      hiddens: perStep(workspace, shape),
    };
    const given = addresses(workspace, { projected, weights, mask, h0 });
    simpleRNNForward(workspace.kernels, shape, { ...given, ...places(made) });
    return Object.values(made);
  },
  backward(inputs, { activation }, workspace) {
    const shape = { ...shapeOf(inputs), activation: activation as SimpleRNNActivation };
    const { recurrent: weights, mask, out0: outputs, out2: hiddens, dy0: dOutputs, dy1 } = inputs;
    const made = {
      dProjected: perStep(workspace, shape),
      dWeights: perUnit(workspace, shape),
      dH: copyOf(workspace, dy1),
    };
    const given = addresses(workspace, { weights, mask, outputs, hiddens, dOutputs });
    simpleRNNBackward(workspace.kernels, shape, { ...given, ...places(made) });
    return Object.values(made);
  },
  differentiable: ['projected', 'recurrent', 'hidden'],
};

/** Workspaces: the gates, and the states before each step. */
export const gruResetAfterKernels: FusedPair<'projected' | 'recurrent' | 'recurrentBias' | 'mask' | 'hidden'> = {
  forward(inputs, _, workspace) {
    const shape = shapeOf(inputs);
    const { projected, recurrent: weights, recurrentBias: bias, mask, hidden: h0 } = inputs;
    const made = {
      outputs: perStep(workspace, shape),
      h: perRow(workspace, shape),
      gates: perStep(workspace, shape, 4),
      hiddens: perStep(workspace, shape),
    };
    const given = addresses(workspace, { projected, weights, bias, mask, h0 });
    gruResetAfterForward(workspace.kernels, shape, { ...given, ...places(made) });
    return Object.values(made);
  },
  backward(inputs, _, workspace) {
    const shape = shapeOf(inputs);
    const { recurrent: weights, mask, out2: gates, out3: hiddens, dy0: dOutputs, dy1 } = inputs;
    const made = {
      dProjected: perStep(workspace, shape, 3),
      dWeights: perUnit(workspace, shape, 3),
      dBias: workspace.output([3 * shape.units]),
      dH: copyOf(workspace, dy1),
    };
    const given = addresses(workspace, { weights, mask, gates, hiddens, dOutputs });
    gruResetAfterBackward(workspace.kernels, shape, { ...given, ...places(made) });
    return Object.values(made);
  },
  differentiable: ['projected', 'recurrent', 'recurrentBias', 'hidden'],
};

/** Workspaces: the gates, and the states before each step. */
export const gruResetBeforeKernels: FusedPair<'projected' | 'recurrent' | 'mask' | 'hidden'> = {
  forward(inputs, _, workspace) {
    const shape = shapeOf(inputs);
    const { projected, recurrent: weights, mask, hidden: h0 } = inputs;
    const made = {
      outputs: perStep(workspace, shape),
      h: perRow(workspace, shape),
      gates: perStep(workspace, shape, 3),
      hiddens: perStep(workspace, shape),
    };
    const given = addresses(workspace, { projected, weights, mask, h0 });
    gruResetBeforeForward(workspace.kernels, shape, { ...given, ...places(made) });
    return Object.values(made);
  },
  backward(inputs, _, workspace) {
    const shape = shapeOf(inputs);
    const { recurrent: weights, mask, out2: gates, out3: hiddens, dy0: dOutputs, dy1 } = inputs;
    const made = {
      dProjected: perStep(workspace, shape, 3),
      dWeights: perUnit(workspace, shape, 3),
      dH: copyOf(workspace, dy1),
    };
    const given = addresses(workspace, { weights, mask, gates, hiddens, dOutputs });
    gruResetBeforeBackward(workspace.kernels, shape, { ...given, ...places(made) });
    return Object.values(made);
  },
  differentiable: ['projected', 'recurrent', 'hidden'],
};

/** Workspaces: the gates, and the states and memories before each step. */
export const lstmKernels: FusedPair<'projected' | 'recurrent' | 'mask' | 'hidden' | 'cell'> = {
  forward(inputs, _, workspace) {
    const shape = shapeOf(inputs);
    const { projected, recurrent: weights, mask, hidden: h0, cell: c0 } = inputs;
    const made = {
      outputs: perStep(workspace, shape),
      h: perRow(workspace, shape),
      c: perRow(workspace, shape),
      gates: perStep(workspace, shape, 4),
      hiddens: perStep(workspace, shape),
      cells: perStep(workspace, shape),
    };
    const given = addresses(workspace, { projected, weights, mask, h0, c0 });
    lstmForward(workspace.kernels, shape, { ...given, ...places(made) });
    return Object.values(made);
  },
  backward(inputs, _, workspace) {
    const shape = shapeOf(inputs);
    const { recurrent: weights, mask, out3: gates, out4: hiddens, out5: cells, dy0: dOutputs, dy1, dy2 } = inputs;
    const made = {
      dProjected: perStep(workspace, shape, 4),
      dWeights: perUnit(workspace, shape, 4),
      dH: copyOf(workspace, dy1),
      dC: copyOf(workspace, dy2),
    };
    const given = addresses(workspace, { weights, mask, gates, hiddens, cells, dOutputs });
    lstmBackward(workspace.kernels, shape, { ...given, ...places(made) });
    return Object.values(made);
  },
  differentiable: ['projected', 'recurrent', 'hidden', 'cell'],
};
