/**
 * The bytes of a file behind a URL.
 * @module
 */
import { stream, uniform } from "@lacuna/random";
import { ShardError } from "../shard_error.ts";
import type { ByteSource } from "../shards/byte_source.ts";
import { Failure, fetchRange, type Version } from "./_fetch_range.ts";
import { RemoteError } from "./remote_error.ts";
import { RequestLimit } from "./request_limit.ts";

/** How a file is asked for. */
export type HttpOptions = {
  /** What errors call it; its URL without the query by default. */
  readonly name?: string;
  /** Sent with every request, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Requests for one range before it is given up, ≥ 1; 6 by default. */
  readonly maxAttempts?: number;
  /** Wait before the second attempt, in ms; it doubles with each further one. 200 by default. */
  readonly backoffMs?: number;
  /** Longest wait before an attempt, in ms; a server that asks for more is given up. 60,000 by default. */
  readonly maxWaitMs?: number;
  /** Longest time without a byte, in ms; 30,000 by default. */
  readonly timeoutMs?: number;
  /** Requests at once; files that share a limit share it. 8 for this file alone by default. */
  readonly limit?: RequestLimit;
  /** Of the random part of each wait: other seeds wait otherwise, so that not all come back at once. 0 by default. */
  readonly seed?: number;
  /** Ends every request. */
  readonly signal?: AbortSignal;
};

/** A URL, or what makes one: it is called for each attempt, so that a signature that has expired can be made anew. */
export type UrlMaker = string | URL | (() => string | URL | Promise<string | URL>);

/**
 * A file behind a URL, read by range requests: `GET` alone, so that a URL presigned for it suffices. What can pass is tried again with
 * waits that double, half of each random: no connection, a time-out, a body cut short (which goes on where it was cut), a
 * wrong range, and the statuses 408, 425, 429 and 5xx, after the time that the server asks for. A file whose ETag, date or size changes
 * while it is open is refused. A server that does not do ranges is put up with, at the price of the bytes before each range.
 *
 * @example
 * ```ts
 * import { httpBytes } from "@lacuna/data/remote";
 *
 * const bytes = httpBytes("https://example.org/train-00000.arrow?signature=secret");
 * console.log(bytes.name); // https://example.org/train-00000.arrow
 * ```
 * @param url Of the file, http or https.
 * @param options How often and how long it is tried.
 * @throws {RangeError} If an option is out of range.
 * @throws {TypeError} If the URL is malformed, or of another scheme.
 */
export function httpBytes(url: UrlMaker, options: HttpOptions = {}): ByteSource {
  return new HttpBytes(url, options);
}

class HttpBytes implements ByteSource {
  readonly name: string;
  readonly #url: UrlMaker;
  readonly #options: Required<Omit<HttpOptions, "name" | "signal">> & {
    readonly signal: AbortSignal | undefined;
  };
  #size: number | undefined;
  #tag: string | undefined;

  constructor(url: UrlMaker, options: HttpOptions) {
    const {
      headers = {},
      maxAttempts = 6,
      backoffMs = 200,
      maxWaitMs = 60_000,
      timeoutMs = 30_000,
      seed = 0,
    } = options;
    checkAtLeast("maxAttempts", maxAttempts, 1);
    checkAtLeast("backoffMs", backoffMs, 0);
    checkAtLeast("maxWaitMs", maxWaitMs, 0);
    checkAtLeast("timeoutMs", timeoutMs, 1);
    this.#url = typeof url === "function" ? url : parse(url);
    this.name = options.name ?? (this.#url instanceof URL ? withoutQuery(this.#url) : "The remote file");
    const limit = options.limit ?? new RequestLimit(8);
    this.#options = {
      headers,
      maxAttempts,
      backoffMs,
      maxWaitMs,
      timeoutMs,
      seed,
      limit,
      signal: options.signal,
    };
  }

  readonly size = async (): Promise<number> => {
    if (this.#size === undefined) await this.#fill(0, new Uint8Array(1), true);
    if (this.#size === undefined) {
      throw new RemoteError(this.name, "range", "the server does not say how long it is");
    }
    return this.#size;
  };

  readonly read = async (
    offset: number,
    length: number,
    into?: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>> => {
    const out = into?.subarray(0, length) ?? new Uint8Array(length);
    if (length > 0) await this.#fill(offset, out, false);
    return out;
  };

  /** Fills `out` from the file, in as many requests as it takes; of a file that ends, as much as there is if `mayEnd`. */
  async #fill(offset: number, out: Uint8Array, mayEnd: boolean): Promise<void> {
    let filled = 0;
    const take = (bytes: Uint8Array) => {
      out.set(bytes, filled);
      filled += bytes.length;
    };
    for (let attempt = 1; filled < out.length;) {
      const end = this.#size ?? Infinity;
      if (offset + out.length > end) {
        if (mayEnd) return;
        const last = offset + out.length - 1;
        throw new ShardError(this.name, "size", `bytes ${offset}…${last} end at ${end}`);
      }
      const before = filled;
      const failure = await this.#attempt(offset + filled, offset + out.length, take);
      if (failure) {
        if (!failure.mayPass || attempt >= this.#options.maxAttempts) throw failure.error;
        await this.#wait(offset, attempt++, failure);
      } else if (filled === before && (this.#size ?? Infinity) === end) { // neither bytes nor where the file ends
        throw new RemoteError(this.name, "length", "the server sends nothing");
      }
    }
  }

  /** Asks once, when its turn comes. */
  #attempt(from: number, to: number, take: (bytes: Uint8Array) => void): Promise<Failure | undefined> {
    const { headers, timeoutMs, signal, limit } = this.#options;
    return limit.run(async () => {
      try {
        signal?.throwIfAborted();
        const made = typeof this.#url === "function" ? await this.#url() : this.#url;
        const ifRange = this.#tag?.startsWith('"') ? { "if-range": this.#tag } : {}; // weak tags and dates do not do
        await fetchRange({
          url: parse(made),
          name: this.name,
          headers: { ...headers, ...ifRange },
          from,
          to,
          timeoutMs,
          signal,
          agree: this.#agree,
          take,
        });
        return undefined;
      } catch (error) {
        if (error instanceof Failure) return this.#mayBeMadeAnew(error);
        throw error;
      }
    });
  }

  /** A refused signature is worth another attempt if the URL can be made anew. */
  #mayBeMadeAnew(failure: Failure): Failure {
    const refused = failure.error instanceof RemoteError && [401, 403].includes(failure.error.status ?? 0);
    return refused && typeof this.#url === "function" ? new Failure(failure.error, true) : failure;
  }

  /** Remembers what the first answer says, and refuses one that says something else. */
  readonly #agree = ({ size, tag }: Version): void => {
    const differs = (known: unknown, said: unknown) =>
      known !== undefined && said !== undefined && known !== said;
    if (differs(this.#size, size) || differs(this.#tag, tag)) {
      const known = `${this.#size} bytes, ${this.#tag ?? "no ETag"}`;
      const found = `it had ${known}, and has now ${size ?? this.#size} bytes, ${
        tag ?? "no ETag"
      }: open it again`;
      throw new Failure(new RemoteError(this.name, "changed", found), false);
    }
    this.#size ??= size;
    this.#tag ??= tag;
  };

  /** Waits before the next attempt: backoffMs · 2ᵃᵗᵗᵉᵐᵖᵗ⁻¹, half of it random, or as long as the server asks for. */
  async #wait(offset: number, attempt: number, { error, retryAfterMs }: Failure): Promise<void> {
    const { backoffMs, maxWaitMs, seed, signal } = this.#options;
    if (retryAfterMs > maxWaitMs) {
      const found = `the server asks to wait ${Math.ceil(retryAfterMs / 1000)} s, longer than maxWaitMs`;
      throw error instanceof RemoteError
        ? new RemoteError(this.name, error.check, found, error.status)
        : error;
    }
    const address = { epoch: Math.floor(offset / 2 ** 32), sample: offset % 2 ** 32, step: attempt };
    const share = 0.5 + 0.5 * uniform(stream({ seed, name: `retry ${this.name}`, ...address }), 0);
    const backoff = Math.min(maxWaitMs, backoffMs * 2 ** (attempt - 1) * share);
    await sleep(Math.max(backoff, retryAfterMs), signal);
  }
}

function checkAtLeast(name: string, value: number, least: number): void {
  if (!(Number.isFinite(value) && value >= least)) {
    throw new RangeError(`${name} is ${value}: give ${least} or more`);
  }
}

/** The URL; what is malformed is told without its query. */
function parse(url: string | URL): URL {
  const parsed = url instanceof URL ? url : URL.parse(url);
  if (parsed && /^https?:$/.test(parsed.protocol)) return parsed;
  throw new TypeError(`${String(url).split("?")[0]} is no URL that can be read: give one with http or https`);
}

function withoutQuery(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** Waits, unless the signal ends it. */
function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", end);
      resolve();
    }, ms);
    if (signal?.aborted) end();
    signal?.addEventListener("abort", end, { once: true });
  });
}
