import assert from "node:assert/strict";
import { ShardError } from "../shard_error.ts";
import { cutAfter, rangeOf, withServer } from "./_test_server.ts";
import { httpBytes } from "./http_bytes.ts";
import { RemoteError } from "./remote_error.ts";
import { RequestLimit } from "./request_limit.ts";

const file = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
const quick = { backoffMs: 1 };
const query = "?X-Signature=SECRET";

/** Refuses with a check, and never with the query, anywhere in the error. */
async function refuses(work: Promise<unknown>, check: string, message: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof RemoteError || error instanceof ShardError, String(error));
    assert.equal(error.check, check);
    assert.match(error.message, message);
    assert.doesNotMatch(Deno.inspect(error), /SECRET/);
    return true;
  });
}

Deno.test("httpBytes() reads ranges by GET alone, and learns the size on the way", () =>
  withServer((request) => {
    assert.equal(request.method, "GET");
    assert.equal(request.headers.get("authorization"), "Bearer 7");
    return rangeOf(file, request);
  }, async ({ url, ranges }) => {
    const bytes = httpBytes(`${url}/a/b.arrow${query}`, { headers: { authorization: "Bearer 7" } });
    assert.equal(bytes.name, `${url}/a/b.arrow`);
    assert.deepEqual(await bytes.read(10, 20), file.slice(10, 30));
    assert.equal(await bytes.size(), 1000); // as the first answer said
    const into = new Uint8Array(64);
    assert.equal((await bytes.read(990, 10, into)).buffer, into.buffer);
    assert.deepEqual(into.subarray(0, 10), file.subarray(990));
    assert.equal((await bytes.read(5, 0)).length, 0);
    assert.deepEqual(ranges, ["bytes=10-29", "bytes=990-999"]);
  }));

Deno.test("httpBytes() asks for a byte to learn the size, and knows an empty file", () =>
  withServer(
    (request) => rangeOf(new URL(request.url).pathname === "/empty" ? new Uint8Array(0) : file, request),
    async ({ url, ranges }) => {
      assert.equal(await httpBytes(`${url}/file`).size(), 1000);
      assert.equal(await httpBytes(`${url}/empty`).size(), 0);
      assert.deepEqual(ranges, ["bytes=0-0", "bytes=0-0"]);
    },
  ));

Deno.test("httpBytes() says where the file ends", () =>
  withServer((request) => rangeOf(file, request), async ({ url }) => {
    await refuses(httpBytes(url).read(990, 20), "size", /bytes 990…1009 end at 1000/);
    await refuses(httpBytes(url).read(2000, 1), "size", /bytes 2000…2000 end at 1000/);
    const known = httpBytes(url);
    assert.equal(await known.size(), 1000);
    await refuses(known.read(999, 2), "size", /end at 1000/);
  }));

Deno.test("httpBytes() tries again what can pass: statuses, cut connections, and goes on where a body was cut", () =>
  withServer((request, index) => {
    if (index < 6) return new Response("busy", { status: [500, 503, 429, 408, 425, 502][index]! });
    return index === 6 ? cutAfter(300, rangeOf(file, request)) : rangeOf(file, request);
  }, async ({ url, ranges }) => {
    const bytes = httpBytes(url, { ...quick, maxAttempts: 8 });
    assert.deepEqual(await bytes.read(100, 800), file.slice(100, 900));
    assert.deepEqual(ranges.slice(5), ["bytes=100-899", "bytes=100-899", "bytes=400-899"]);
  }));

Deno.test("httpBytes() gives up after its attempts, and says why", () =>
  withServer(
    (request, index) =>
      index % 2 === 0 ? new Response(null, { status: 503 }) : cutAfter(1, rangeOf(file, request)),
    async ({ url, ranges }) => {
      await refuses(
        httpBytes(`${url}/f${query}`, { ...quick, maxAttempts: 3 }).read(0, 9),
        "status",
        /\/f fails .*the server answers 503$/,
      );
      assert.equal(ranges.length, 3);
      await refuses(
        httpBytes(`${url}/f${query}`, { ...quick, maxAttempts: 1 }).read(0, 9),
        "connection",
        /./,
      );
    },
  ));

Deno.test("httpBytes() does not try again what cannot pass", () =>
  withServer(
    (request) => new Response(null, { status: Number(new URL(request.url).pathname.slice(1)) }),
    async ({ url, ranges }) => {
      await refuses(httpBytes(`${url}/404`, quick).size(), "exists", /the server answers 404/);
      await refuses(httpBytes(`${url}/410`, quick).read(0, 1), "exists", /the server answers 410/);
      await refuses(
        httpBytes(`${url}/403${query}`, quick).read(0, 1),
        "status",
        /answers 403: a signed URL may have expired/,
      );
      await refuses(httpBytes(`${url}/400`, quick).read(0, 1), "status", /answers 400$/);
      await refuses(httpBytes(`${url}/204`, quick).read(0, 1), "status", /answers 204$/);
      assert.equal(ranges.length, 5);
    },
  ));

Deno.test("httpBytes() waits as long as the server asks, and not longer than it may", () =>
  withServer((request, index) => {
    const later = index === 0 ? "0" : index === 2 ? new Date(Date.now() + 3_600_000).toUTCString() : "7";
    return index === 1
      ? rangeOf(file, request)
      : new Response(null, { status: 429, headers: { "retry-after": later } });
  }, async ({ url, ranges }) => {
    assert.deepEqual(await httpBytes(url, quick).read(0, 1), file.slice(0, 1));
    await refuses(
      httpBytes(url, { ...quick, maxWaitMs: 1000 }).read(0, 1),
      "status",
      /asks to wait 3(599|600) s, longer than maxWaitMs/,
    );
    await refuses(httpBytes(url, { ...quick, maxWaitMs: 6999 }).read(0, 1), "status", /asks to wait 7 s/);
    assert.equal(ranges.length, 4);
  }));

Deno.test("httpBytes() puts up with a server that does not do ranges, with and without a length", () =>
  withServer((request) => {
    const whole = new Response(file);
    return new URL(request.url).pathname === "/chunked"
      ? new Response(whole.body!.pipeThrough(new TransformStream()))
      : whole;
  }, async ({ url }) => {
    for (const path of ["whole", "chunked"]) {
      const bytes = httpBytes(`${url}/${path}`, quick);
      assert.deepEqual(await bytes.read(300, 400), file.slice(300, 700), path);
      await refuses(bytes.read(990, 20), "size", /end at 1000/);
      assert.equal(await bytes.size(), 1000);
    }
    assert.equal(await httpBytes(url, quick).size(), 1000);
    await refuses(httpBytes(`${url}/chunked`, quick).size(), "range", /does not say how long it is/);
  }));

Deno.test("httpBytes() takes a part for a part, and no other range for its own", () =>
  withServer((request, index) => {
    const range = (value: string, from: number, to: number) =>
      new Response(file.subarray(from, to), {
        status: 206,
        headers: value ? { "content-range": value } : {},
      });
    const path = new URL(request.url).pathname;
    if (path === "/part") return index === 0 ? range("bytes 0-2/1000", 0, 3) : rangeOf(file, request);
    if (path === "/none") return range("", 0, 10);
    if (path === "/shifted") return range("bytes 1-10/1000", 1, 11);
    if (path === "/longer") return range("bytes 0-10/1000", 0, 11);
    return range("bytes 0-9/1000", 0, 8); // says 10, sends 8
  }, async ({ url, ranges }) => {
    assert.deepEqual(await httpBytes(`${url}/part`, quick).read(0, 10), file.slice(0, 10));
    assert.deepEqual(ranges, ["bytes=0-9", "bytes=3-9"]);
    for (
      const [path, said] of [["none", ""], ["shifted", "bytes 1-10/1000"], ["longer", "bytes 0-10/1000"]]
    ) {
      const attempt = httpBytes(`${url}/${path}`, { ...quick, maxAttempts: 2 }).read(0, 10);
      await refuses(attempt, "range", new RegExp(`asked for bytes 0…9, the server sends "${said}"`));
    }
    await refuses(
      httpBytes(`${url}/short`, { ...quick, maxAttempts: 1 }).read(0, 10),
      "length",
      /ends after 8 of 10 bytes/,
    );
  }));

Deno.test("httpBytes() refuses a file that changes while it is open, by its ETag, date or size", () =>
  withServer((request, index) => {
    const path = new URL(request.url).pathname;
    const time = index % 2;
    if (path === "/etag") {
      if (time === 1) assert.equal(request.headers.get("if-range"), '"v0"');
      return time === 1 && index === 1
        ? new Response(file, { headers: { etag: '"v1"' } })
        : rangeOf(file, request, { etag: `"v${time}"` });
    }
    if (path === "/date") {
      return rangeOf(file, request, { "last-modified": `Sun, 01 Nov 2026 00:00:0${time} GMT` });
    }
    return rangeOf(file.slice(0, 1000 - time), request);
  }, async ({ url }) => {
    for (const path of ["etag", "etag", "date", "size"]) {
      const bytes = httpBytes(`${url}/${path}`, quick);
      assert.deepEqual(await bytes.read(0, 5), file.slice(0, 5));
      await refuses(bytes.read(5, 5), "changed", /it had 1000 bytes, .*: open it again/);
    }
  }));

Deno.test("httpBytes() gives up on a server that sends nothing for too long", () => {
  const silence = Promise.withResolvers<void>();
  return withServer(async (request, index) => {
    if (index === 0) await silence.promise;
    if (index !== 1) return rangeOf(file, request);
    const stuck = new ReadableStream({ start: (controller) => controller.enqueue(file.subarray(0, 4)) });
    return new Response(stuck, {
      status: 206,
      headers: { "content-range": "bytes 0-9/1000", "content-length": "10" },
    });
  }, async ({ url, ranges }) => {
    const bytes = httpBytes(url, { ...quick, timeoutMs: 300 }); // far more than an honest answer takes on a busy machine
    assert.deepEqual(await bytes.read(0, 10), file.slice(0, 10));
    assert.deepEqual(ranges, ["bytes=0-9", "bytes=0-9", "bytes=4-9"]);
  }).finally(silence.resolve);
});

Deno.test("httpBytes() keeps to its limit of requests at once", async () => {
  let [now, most] = [0, 0];
  await withServer(async (request) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 5));
    now--;
    return rangeOf(file, request);
  }, async ({ url }) => {
    const limit = new RequestLimit(3);
    const files = [httpBytes(`${url}/a`, { limit }), httpBytes(`${url}/b`, { limit })];
    const reads = Array.from({ length: 20 }, (_, i) => files[i % 2]!.read(i * 10, 10));
    assert.deepEqual(
      await Promise.all(reads),
      Array.from({ length: 20 }, (_, i) => file.slice(i * 10, i * 10 + 10)),
    );
    assert.equal(most, 3);
  });
});

Deno.test("httpBytes() makes a URL anew for each attempt, such as when its signature has expired", () =>
  withServer(
    (request) =>
      new URL(request.url).search === "?signed=2"
        ? rangeOf(file, request)
        : new Response(null, { status: 403 }),
    async ({ url }) => {
      let signed = 0;
      const bytes = httpBytes(() => `${url}/f?signed=${++signed}`, { ...quick, name: "shard 7" });
      assert.deepEqual(await bytes.read(0, 3), file.slice(0, 3));
      await refuses(bytes.read(0, 3), "status", /^shard 7 fails .* answers 403/);
    },
  ));

Deno.test("httpBytes() ends when it is told to", () =>
  withServer(() => new Response(null, { status: 503 }), async ({ url }) => {
    const ended = new AbortController();
    const reading = httpBytes(url, { backoffMs: 60_000, signal: ended.signal }).read(0, 1);
    setTimeout(() => ended.abort(new Error("enough")), 20);
    await assert.rejects(reading, /enough/);
    await assert.rejects(httpBytes(url, { signal: ended.signal }).read(0, 1), /enough/);
  }));

Deno.test("httpBytes() of a host that nothing answers at names it without the query", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const bytes = httpBytes(`http://127.0.0.1:${port}/f${query}`, { ...quick, maxAttempts: 2 });
  await refuses(bytes.read(0, 1), "connection", /\/f fails the check "connection": .*refused/i);
});

Deno.test({
  name: "httpBytes() without permission names the host to allow",
  permissions: { net: false },
  fn: () =>
    refuses(
      httpBytes(`https://data.invalid:8443/f${query}`).read(0, 1),
      "permission",
      /allow it with --allow-net=data\.invalid:8443$/,
    ),
});

Deno.test("httpBytes() refuses what is no URL, without its query, and options out of range", () => {
  for (const url of ["nowhere?SECRET", "ftp://host/f?SECRET", "file:///f?SECRET"]) {
    assert.throws(
      () => httpBytes(url),
      (error) => error instanceof TypeError && !error.message.includes("SECRET"),
    );
  }
  for (const option of ["maxAttempts", "backoffMs", "maxWaitMs", "timeoutMs"]) {
    assert.throws(() => httpBytes("http://host/f", { [option]: -1 }), new RegExp(`${option} is -1: give`));
  }
});
