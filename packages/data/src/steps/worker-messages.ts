/** What passes between a page or program and a worker that makes its examples. */
import {
  CheckpointError,
  DataError,
  isSeqError,
  KernelError,
  OptionError,
  ShapeError,
  show,
  UsageError,
} from '@seqloom/core/errors';

/** Sent to the worker itself, once; everything else goes through the port. */
export interface WorkerStart {
  readonly seqloom: 'examples';
  readonly port: MessagePort;
  readonly input: unknown;
  /** How many examples may be made before one is taken. */
  readonly ahead: number;
}

/** From the worker. */
export type WorkerMessage<T> = { readonly example: T } | { readonly done: true } | { readonly error: SentError };

/** An error as plain fields: copying would lose its class and what it says beside its message. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Of our own errors. */
  readonly where?: string;
  readonly hint?: string | undefined;
}

const ours = { ShapeError, OptionError, CheckpointError, DataError, KernelError, UsageError };

export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: 'Error', message: show(error), stack: undefined };
  const { name, message, stack } = error;
  return isSeqError(error) ? { name, message, stack, where: error.where, hint: error.hint } : { name, message, stack };
}

/** The error that was thrown in the worker, with its name, message and stack; our own are of their classes again. */
export function receivedError({ name, message, stack, where, hint }: SentError): Error {
  const ourClass = Object.hasOwn(ours, name) ? ours[name as keyof typeof ours] : undefined;
  const error =
    ourClass && where !== undefined
      ? new ourClass(where, message.slice(where.length + 2, hint ? -`\n  hint: ${hint}`.length : undefined), { hint })
      : Object.defineProperty(new Error(message), 'name', { value: name, configurable: true });
  if (stack !== undefined) error.stack = stack;
  return error;
}
