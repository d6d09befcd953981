import { RemoteError } from "./remote_error.ts";
import { ShardError } from "../shard_error.ts";

/** What an answer says of the file it is from. */
export type Version = {
  /** Bytes of the whole file, if it says. */
  readonly size: number | undefined;
  /** Its ETag, or else when it was last modified. */
  readonly tag: string | undefined;
};

/** One request for the bytes `from`…`to` − 1. */
export type RangeRequest = {
  readonly url: URL;
  /** Of the file, for messages. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly from: number;
  readonly to: number;
  /** Longest time without a byte. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** Sees what the answer says of the file before any byte of it is passed on; throws if it is not the file it was. */
  readonly agree: (version: Version) => void;
  /** Takes the bytes, in order. */
  readonly take: (bytes: Uint8Array) => void;
};

/** A request that failed, and whether another may not. */
export class Failure extends Error {
  readonly error: Error;
  readonly mayPass: boolean;
  readonly retryAfterMs: number;

  constructor(error: Error, mayPass: boolean, retryAfterMs = 0) {
    super(error.message);
    this.error = error;
    this.mayPass = mayPass;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Sends one request and passes on what comes back of its range. It may be less than was asked for, if the file ends or the server
 * chooses so.
 * @throws {Failure} If it fails.
 */
export async function fetchRange(request: RangeRequest): Promise<void> {
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), request.timeoutMs);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(), request.timeoutMs);
  };
  try {
    const signals = request.signal ? [request.signal, stalled.signal] : [stalled.signal];
    await exchange(request, AbortSignal.any(signals), alive);
  } catch (error) {
    throw request.signal?.aborted ? request.signal.reason : asFailure(error, request, stalled.signal.aborted);
  } finally {
    clearTimeout(timer);
  }
}

async function exchange(request: RangeRequest, signal: AbortSignal, alive: () => void): Promise<void> {
  const { url, from, to } = request;
  const response = await fetch(url, {
    signal,
    headers: { ...request.headers, range: `bytes=${from}-${to - 1}`, "accept-encoding": "identity" },
  });
  try {
    const { skip, length } = readHead(response, request);
    if (length > 0) await readBody(response, request, skip, length, alive);
  } finally {
    await response.body?.cancel().catch(() => {}); // what is left of it, if anything
  }
}

/** How much of the body to pass over, and how much to take; after the version has been agreed on. */
function readHead(response: Response, request: RangeRequest): { skip: number; length: number } {
  const { status, headers } = response;
  const { from, to } = request;
  const tag = headers.get("etag") ?? headers.get("last-modified") ?? undefined;
  const said = headers.get("content-range") ?? "";
  if (status === 206) {
    const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(said) ?? [];
    const end = Number(last) + 1;
    if (Number(first) !== from || !(end > from && end <= to)) {
      throw failure(request, "range", `asked for bytes ${from}…${to - 1}, the server sends "${said}"`, {
        status,
      });
    }
    request.agree({ size: total === "*" ? undefined : Number(total), tag });
    return { skip: 0, length: end - from };
  }
  if (status === 200) { // the server does not do ranges
    const length = headers.get("content-length");
    const size = length === null ? undefined : Number(length);
    request.agree({ size, tag });
    return { skip: from, length: Math.min(to, size ?? to) - from };
  }
  if (status === 416) {
    const size = /^bytes \*\/(\d+)$/.exec(said)?.[1];
    if (size !== undefined) {
      request.agree({ size: Number(size), tag });
      return { skip: 0, length: 0 };
    }
  }
  throw refusal(response, request);
}

/** What an answer means that has no bytes of the file. */
function refusal({ status, headers }: Response, request: RangeRequest): Failure {
  if (status === 404 || status === 410) {
    return new Failure(new ShardError(request.name, "exists", `the server answers ${status}`), false);
  }
  const mayPass = [408, 425, 429].includes(status) || (status >= 500 && ![501, 505].includes(status));
  const advice = status === 401 || status === 403
    ? ": a signed URL may have expired, or ask for other headers"
    : "";
  const retryAfterMs = waitAsked(headers.get("retry-after"));
  return failure(request, "status", `the server answers ${status}${advice}`, {
    status,
    mayPass,
    retryAfterMs,
  });
}

/** The header Retry-After, in seconds or as a date, in ms; 0 without one. */
function waitAsked(header: string | null): number {
  if (header === null) return 0;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max(0, date - Date.now());
}

async function readBody(
  response: Response,
  request: RangeRequest,
  skip: number,
  length: number,
  alive: () => void,
): Promise<void> {
  const reader = response.body?.getReader();
  let at = -skip; // bytes of the range so far
  try {
    while (reader && at < length) {
      const { done, value } = await reader.read();
      if (done) break;
      alive();
      if (at + value.length > 0) request.take(value.subarray(Math.max(0, -at), length - at));
      at += value.length;
    }
  } finally {
    reader?.releaseLock();
  }
  if (at < length && (response.status === 206 || response.headers.has("content-length"))) {
    throw failure(request, "length", `the answer ends after ${Math.max(0, at)} of ${length} bytes`, {
      status: response.status,
    });
  }
  if (at < length) request.agree({ size: request.from + at, tag: undefined }); // without a length, this is where the file ends
}

function failure(
  { name }: RangeRequest,
  check: RemoteError["check"],
  found: string,
  { status, mayPass = true, retryAfterMs = 0 }: {
    status?: number;
    mayPass?: boolean;
    retryAfterMs?: number;
  } = {},
): Failure {
  return new Failure(new RemoteError(name, check, found, status), mayPass, retryAfterMs);
}

/** What went wrong underneath; the runtime's own messages hold the URL with its query, so they are not passed on. */
function asFailure(error: unknown, request: RangeRequest, stalled: boolean): Failure {
  if (error instanceof Failure) return error;
  if (stalled) return failure(request, "timeout", `no byte came for ${request.timeoutMs} ms`);
  if (error instanceof Deno.errors.NotCapable) {
    const host = /net access to "([^"]+)"/.exec(error.message)?.[1] ?? request.url.host; // a redirect may lead elsewhere
    return failure(request, "permission", `may not connect: allow it with --allow-net=${host}`, {
      mayPass: false,
    });
  }
  if (!connectionErrors.some((kind) => error instanceof kind)) throw error;
  return failure(request, "connection", reasonOf(error as Error));
}

/** What the runtime throws when a connection fails: of fetch() a TypeError, within a body perhaps the system's own. */
const connectionErrors = [
  TypeError,
  Deno.errors.Http,
  Deno.errors.ConnectionRefused,
  Deno.errors.ConnectionReset,
  Deno.errors.ConnectionAborted,
  Deno.errors.BrokenPipe,
  Deno.errors.TimedOut,
  Deno.errors.UnexpectedEof,
];

/** The last part of what the runtime says, "Connection refused (os error 111)", without the URL before it. */
function reasonOf(error: Error): string {
  const message = error.cause instanceof Error ? error.cause.message : error.message;
  return message.replaceAll(/\S+:\/\/\S+/g, "…").split(": ").at(-1)!;
}
