import { AudioError } from "../audio/audio_error.ts";
import { ImageError } from "../images/image_error.ts";
import { ShardError } from "../shard_error.ts";
import { SourceError } from "../source_error.ts";
import { StorageError } from "../storage_error.ts";
import { SampleError } from "./sample_error.ts";

/** An error as plain data, to be sent from a worker. */
export type CarriedError = {
  readonly className: string;
  readonly message: string;
  readonly stack: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly cause?: CarriedError;
};

type ErrorClass = new (...args: never[]) => Error;

const known: readonly ErrorClass[] = [
  ...[Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError],
  ...[AudioError, ImageError, SampleError, ShardError, SourceError, StorageError],
  ...Object.values(Deno.errors),
];

/** Makes plain data of whatever was thrown. */
export function carry(thrown: unknown): CarriedError {
  if (!(thrown instanceof Error)) {
    return { className: "Error", message: String(thrown), stack: "", fields: {} };
  }
  const { message, stack = "", cause } = thrown;
  const plain = Object.entries(thrown).filter(([, value]) =>
    value === null || ["string", "number", "boolean"].includes(typeof value)
  );
  return {
    className: thrown.constructor.name,
    message,
    stack,
    fields: Object.fromEntries(plain),
    ...(cause === undefined ? {} : { cause: carry(cause) }),
  };
}

/**
 * The error again, of the class it had if that is the language's, ours, or one that `exports` has; else an `Error` with the class's name.
 * @param carried From the worker.
 * @param exports Of the module that may have thrown it.
 */
export function unpack(carried: CarriedError, exports: Readonly<Record<string, unknown>> = {}): Error {
  const { className, message, stack, fields, cause } = carried;
  const candidates = [...known, ...Object.values(exports).filter(isErrorClass)];
  const found = candidates.find(({ name }) => name === className);
  const error = new Error(message, cause === undefined ? {} : { cause: unpack(cause, exports) });
  if (found) Object.setPrototypeOf(error, found.prototype);
  else error.name = className;
  Object.assign(error, fields);
  Object.defineProperty(error, "stack", {
    value: stack,
    enumerable: false,
    configurable: true,
    writable: true,
  });
  return error;
}

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === "function" && value.prototype instanceof Error;
}
