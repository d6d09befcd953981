/** For tests: a server on this machine, and what it was asked for. */
export type TestServer = {
  readonly url: string;
  /** The header "range" of every request; "none" without one. */
  readonly ranges: string[];
};

/**
 * For tests: runs `use` beside a server on a free port of 127.0.0.1.
 * @param answer Gets each request and how many came before it.
 */
export async function withServer(
  answer: (request: Request, index: number) => Response | Promise<Response>,
  use: (server: TestServer) => Promise<void>,
): Promise<void> {
  const ranges: string[] = [];
  const ended = new AbortController();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    signal: ended.signal,
    onListen: () => {},
    onError: () => new Response(null, { status: 500 }),
  }, (request) => {
    ranges.push(request.headers.get("range") ?? "none");
    return answer(request, ranges.length - 1);
  });
  try {
    await use({ url: `http://127.0.0.1:${server.addr.port}`, ranges });
  } finally {
    ended.abort();
    await server.finished;
  }
}

/** For tests: the answer that a well-behaved server gives for a file of these bytes. */
export function rangeOf(
  bytes: Uint8Array<ArrayBuffer>,
  request: Request,
  headers: Record<string, string> = {},
): Response {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("range") ?? "") ?? [];
  if (first === undefined) return new Response(bytes, { headers });
  const [from, to] = [Number(first), Math.min(Number(last) + 1, bytes.length)];
  if (from >= bytes.length) {
    return new Response(null, {
      status: 416,
      headers: { ...headers, "content-range": `bytes */${bytes.length}` },
    });
  }
  return new Response(bytes.subarray(from, to), {
    status: 206,
    headers: { ...headers, "content-range": `bytes ${from}-${to - 1}/${bytes.length}` },
  });
}

/** For tests: an answer whose connection is cut after so many bytes of its body. */
export function cutAfter(numBytes: number, answer: Response): Response {
  let left = numBytes;
  const body = answer.body!.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        if (left > 0) controller.enqueue(chunk.subarray(0, left));
        left -= chunk.length;
        if (left <= 0) setTimeout(() => controller.error(new Error("cut")), 20); // what was sent arrives before
        return left <= 0 ? new Promise(() => {}) : undefined;
      },
    }),
  );
  return new Response(body, { status: answer.status, headers: answer.headers });
}
