/** @seqloom/core/testing: the laws, free of any test runner; each throws an error that says which law broke, where and by how much. */

export { backendsHere } from './backends.js';
export type { GradientCheck } from './check-gradients.js';
export { checkGradients } from './check-gradients.js';
export type { Comparable } from './expect-close.js';
export { expectClose } from './expect-close.js';
export { expectNoLeak } from './expect-no-leak.js';
export { LawError } from './law.js';
export type { AttendsSizes } from './verify-attends.js';
export { verifyAttends } from './verify-attends.js';
export { verifyModule } from './verify-module.js';
export { verifyNormalizer } from './verify-normalizer.js';
export type { OpCase } from './verify-op.js';
export { verifyOp } from './verify-op.js';
export { verifyRecurrentLayer } from './verify-recurrent-layer.js';
export { verifyScorer } from './verify-scorer.js';
export { verifySequenceLayer } from './verify-sequence-layer.js';
