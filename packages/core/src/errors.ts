/** The one family of errors: each says where, what was expected, what came and what to do. */

const marker: unique symbol = Symbol.for('@seqloom/SeqError') as never;

export interface SeqErrorDetails {
  /** What the reader can do about it. */
  hint?: string;
  /** The error that led to this one. */
  cause?: unknown;
}

/** Base of every error Seqloom throws on purpose; recognise it with `isSeqError`, which works across package copies. */
export abstract class SeqError extends Error {
  readonly where: string;
  readonly hint: string | undefined;

  constructor(where: string, problem: string, { hint, cause }: SeqErrorDetails = {}) {
    super(`${where}: ${problem}${hint ? `\n  hint: ${hint}` : ''}`, { cause });
    this.where = where;
    this.hint = hint;
    Object.defineProperty(this, marker, { value: true });
  }
}

/** A tensor or array of the wrong rank or size. */
export class ShapeError extends SeqError {
  override name = 'ShapeError';
}
/** An option that is missing, unknown, of the wrong type or out of range. */
export class OptionError extends SeqError {
  override name = 'OptionError';
}
/** A checkpoint that is corrupt, foreign, or does not fit the model. */
export class CheckpointError extends SeqError {
  override name = 'CheckpointError';
}
/** Input data that cannot be read as what it claims to be. */
export class DataError extends SeqError {
  override name = 'DataError';
}
/** A kernel or backend that is missing or failed. */
export class KernelError extends SeqError {
  override name = 'KernelError';
}
/** Calls in an order or a state that cannot work: disposed, not ready, cancelled. */
export class UsageError extends SeqError {
  override name = 'UsageError';
}

/** Whether `error` is a SeqError, also when it comes from another copy of this package. */
export function isSeqError(error: unknown): error is SeqError {
  return typeof error === 'object' && error !== null && marker in error;
}

/** Any value, short enough for an error message. */
export function show(value: unknown): string {
  const text = describe(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `'${value.slice(0, 80)}'`;
  if (typeof value === 'function') return value.name || 'a function';
  if (typeof value !== 'object' || value === null) return String(value); // JSON has no NaN, bigint or undefined
  if (Array.isArray(value)) return `[${value.slice(0, 20).map(show).join(',')}]`;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return `a ${value.constructor?.name ?? 'object'}`;
  return `{${Object.entries(value)
    .slice(0, 20)
    .map(([name, field]) => `${name}: ${typeof field === 'object' && field !== null ? '…' : show(field)}`)
    .join(', ')}}`;
}
