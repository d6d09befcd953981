import fc from "fast-check";
import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { SourceError } from "../source_error.ts";
import { withTempFolder } from "../_with_temp_folder.ts";
import { readItems, readReasons, readRows } from "./_read_items.ts";
import { type FakeEntry, paxRecord, tarBytes } from "./_tar_bytes.ts";
import type { Source } from "./source.ts";
import { type WebdatasetOptions, webdatasetSource } from "./webdataset_source.ts";

const sample = (key: string, label: number): FakeEntry[] => [
  { name: `${key}.jpg`, content: Uint8Array.of(0xff, 0xd8, label) },
  { name: `${key}.cls`, content: `${label}` },
  { name: `${key}.txt`, content: `caption é ${label}` },
];
const row = (label: number) => ({
  image: Uint8Array.of(0xff, 0xd8, label),
  label,
  text: `caption é ${label}`,
});
const three = [...sample("a/0.0/x", 0), ...sample("a/0.0/y", 1), ...sample("z", 2)];

/** Runs `use` with a source of one archive. */
async function withArchive(
  bytes: Uint8Array,
  use: (source: Source, path: string) => Promise<void>,
  options: Partial<WebdatasetOptions> = {},
): Promise<void> {
  await withTempFolder(async (folder) => {
    const path = join(folder, "s.tar");
    await Deno.writeFile(path, bytes);
    await use(await webdatasetSource({ paths: path, ...options }), path);
  });
}

Deno.test("webdatasetSource() groups files by their names up to the first dot", async () => {
  await withArchive(tarBytes(three), async (source) => {
    assert.deepEqual(source.columns.map(({ name, kind }) => [name, kind]), [
      ["image", "encodedImage"],
      ["label", "label"],
      ["text", "text"],
    ]);
    assert.deepEqual(await readRows(source), [row(0), row(1), row(2)]);
  });
});

Deno.test("webdatasetSource() reads archives packed by gzip and zstd, also in several members", async () => {
  const tar = tarBytes(three);
  const halves = [tar.subarray(0, 700), tar.subarray(700)];
  for (const pack of [gzipSync, zstdCompressSync]) {
    for (const packed of [[pack(tar)], halves.map((half) => pack(half))]) {
      await withArchive(new Uint8Array(packed.flatMap((part) => [...part])), async (source) => {
        assert.deepEqual(await readRows(source), [row(0), row(1), row(2)]);
      });
    }
  }
});

Deno.test("webdatasetSource() goes on at any item, over archives", async () => {
  await withTempFolder(async (folder) => {
    await Deno.writeFile(join(folder, "s-08.tar"), tarBytes(three));
    await Deno.writeFile(join(folder, "s-09.tar"), tarBytes([{ name: "README" }, ...sample("u", 3)]));
    await Deno.writeFile(join(folder, "s-10.tar"), gzipSync(tarBytes(sample("u", 4))));
    for (const paths of [join(folder, "s-{08..10}.tar"), folder]) {
      const source = await webdatasetSource({ paths });
      const all = await readItems(source);
      assert.deepEqual(all.map((item) => "row" in item ? item.row.label : item.dropped), [
        0,
        1,
        2,
        "archive entry has no key and extension",
        3,
        4,
      ]);
      for (let from = 0; from <= all.length + 1; from++) {
        assert.deepEqual(await readItems(source, from), all.slice(from));
      }
    }
    const bySplit = await webdatasetSource({
      paths: { train: join(folder, "s-08.tar"), test: join(folder, "s-10.tar") },
    });
    assert.deepEqual(await readRows(bySplit, 0, "test"), [row(4)]);
  });
});

Deno.test("webdatasetSource() reads long names of pax, GNU and ustar", async () => {
  const long = `${"d/".repeat(150)}x`;
  const entries: FakeEntry[] = [
    { name: "pax_global_header", type: "g", content: paxRecord("comment", "by hand") },
    { name: "PaxHeader", type: "x", content: paxRecord("path", `${long}.cls`) + paxRecord("mtime", "1.5") },
    { name: "cut", content: "7" },
    { name: "././@LongLink", type: "L", content: `${long}.txt\0` },
    { name: "cut", content: "GNU" },
    { name: "dir/", type: "5" },
    { name: "__index__" },
    { name: "y.cls", prefix: "dir", content: "8" },
    { name: "dir/y.TXT", content: "upper case" },
  ];
  await withArchive(tarBytes(entries), async (source) => {
    assert.deepEqual(await readRows(source), [{ label: 7, text: "GNU" }, { label: 8, text: "upper case" }]);
  });
});

Deno.test("webdatasetSource() takes a size from pax and in base 256", async () => {
  const base256 = String.fromCharCode(0x80) + "\0".repeat(10) + "\x01";
  const size = Uint8Array.from(base256, (character) => character.charCodeAt(0));
  const withBinarySize = tarBytes([{ name: "x.cls", content: "5" }, { name: "x.txt", content: "t" }]);
  withBinarySize.set(size, 124);
  const sum = withBinarySize.subarray(0, 512).fill(32, 148, 156).reduce((total, byte) => total + byte, 0);
  withBinarySize.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  await withArchive(withBinarySize, async (source) => {
    assert.deepEqual(await readRows(source), [{ label: 5, text: "t" }]);
  });
  const entries = [
    { name: "p", type: "x", content: paxRecord("size", "3") },
    { name: "x.txt", content: "abc", size: "00000000000" },
  ];
  await withArchive(tarBytes(entries), async (source) => {
    assert.deepEqual(await readRows(source), [{ text: "abc" }]);
  });
});

Deno.test("webdatasetSource() reads archives joined end to end", async () => {
  const joined = [...tarBytes(sample("x", 1)), ...tarBytes(sample("y", 2))];
  await withArchive(Uint8Array.from(joined), async (source) => {
    assert.deepEqual(await readRows(source), [row(1), row(2)]);
  });
});

Deno.test("webdatasetSource() drops a sample with a file twice", async () => {
  await withArchive(tarBytes([...sample("a", 1), ...sample("b", 2), ...sample("b", 3)]), async (source) => {
    assert.deepEqual(await readReasons(source), ["", "archive has an entry twice"]);
  });
});

Deno.test("webdatasetSource() takes columns as asked, and fields of JSON", async () => {
  const entries: FakeEntry[] = [
    { name: "x.json", content: '{"user": {"name": "Ada"}, "width": 3, "class": "dog"}' },
    { name: "x.seg.png", content: "\x89PNG" },
    { name: "y.json", content: '{"user": {"name": "Bob"}, "width": "wide", "class": "cat"}' },
    { name: "y.seg.png", content: "\x89PNG" },
    { name: "z.json", content: "{" },
    { name: "z.seg.png", content: "\x89PNG" },
  ];
  const columns: WebdatasetOptions["columns"] = [
    { column: { name: "segments", kind: "encodedImage" }, extensions: ["seg.png"] },
    { column: { name: "user", kind: "text" }, extensions: ["json"], field: "user.name" },
    {
      column: { name: "animal", kind: "label", classNames: ["cat", "dog"] },
      extensions: ["json"],
      field: "class",
    },
    { column: { name: "width", kind: "number" }, extensions: ["json"], field: "width" },
  ];
  await withArchive(tarBytes(entries), async (source) => {
    const [first, ...others] = await readItems(source);
    const segments = new TextEncoder().encode("\x89PNG");
    assert.deepEqual(first, { row: { segments, user: "Ada", animal: 1, width: 3 } });
    assert.deepEqual(others.map((item) => "dropped" in item && item.dropped), [
      "width is not a number",
      "JSON is damaged",
    ]);
  }, { columns });
});

Deno.test("webdatasetSource() drops a sample with an unsafe or impossible file, and says which", async () => {
  const good = { name: "a.cls", content: "1" };
  const bad: [reason: string, entry: FakeEntry][] = [
    ['archive entry has ".." in its name', { name: "../../etc/x.cls", content: "1" }],
    ["archive entry has an absolute name", { name: "/etc/x.cls", content: "1" }],
    ["archive entry has an absolute name", { name: "C:\\x.cls", content: "1" }],
    ["archive entry is a link", { name: "x.cls", type: "2" }],
    ["archive entry is a link", { name: "x.cls", type: "1" }],
    ["archive entry is a device", { name: "x.cls", type: "3" }],
    ["archive entry is a pipe", { name: "x.cls", type: "6" }],
    ["archive entry is a sparse file", { name: "x.cls", type: "S" }],
    ["archive entry is of an unknown type", { name: "x.cls", type: "M" }],
    ["archive entry has no key and extension", { name: "README", content: "1" }],
    ["archive entry has no key and extension", { name: ".hidden", content: "1" }],
    ["archive entry is too large", { name: "x.cls", content: "9".repeat(99) }],
    ["label is not a class", { name: "x.cls", content: "-1" }],
    ["label is not a class", { name: "x.cls", content: "dog" }],
    ["text is not UTF-8", { name: "x.cls", content: Uint8Array.of(0xff) }],
    ["label is missing", { name: "x.png", content: "1" }],
  ];
  for (const [reason, entry] of bad) {
    await withArchive(tarBytes([good, entry, { name: "b.cls", content: "2" }]), async (source, path) => {
      const items = await readItems(source);
      assert.deepEqual(items[0], { row: { label: 1 } });
      assert.deepEqual(items[2], { row: { label: 2 } }, reason);
      assert.ok("dropped" in items[1]! && items[1].dropped === reason, JSON.stringify(items[1]));
      assert.ok(items[1].detail.startsWith(path), items[1].detail);
    }, { maxEntryBytes: 50 });
  }
});

Deno.test("webdatasetSource() drops a label that no column can tell, and goes on", async () => {
  const entries = [0, 2 ** 20 - 1, 2 ** 20, 1].map((n, i) => ({ name: `${i}.cls`, content: `${n}` })); // 2²⁰ classes without names
  await withArchive(tarBytes(entries), async (source) => {
    assert.deepEqual(await readReasons(source), ["", "", "label is not a class", ""]);
  });
});

Deno.test("webdatasetSource() limits the files of a sample together, as it does each", async () => {
  const columns = [{ column: { name: "text", kind: "text" }, extensions: ["txt", "text"] }] as const;
  const entries = [
    { name: "a.txt", content: "1".repeat(30) },
    { name: "a.json", content: "2".repeat(40) }, // not asked for, and so not read
    { name: "b.txt", content: "3".repeat(30) },
    { name: "b.text", content: "4".repeat(30) },
    { name: "c.txt", content: "5" },
  ];
  await withArchive(tarBytes(entries), async (source) => {
    assert.deepEqual(await readReasons(source), ["", "sample is too large", ""]);
  }, { maxEntryBytes: 50, columns });
});

Deno.test("webdatasetSource() drops a sample with a sparse file or a giant name of pax", async () => {
  const records: [reason: string, record: string][] = [
    ["archive entry is a sparse file", paxRecord("GNU.sparse.major", "1")],
    ["archive entry has a name that is too long", paxRecord("path", "n".repeat(5000) + ".cls")],
    ["archive entry has an impossible name", paxRecord("path", "a\0b.cls")],
  ];
  for (const [reason, content] of records) {
    const entries = [
      { name: "a.cls", content: "1" },
      { name: "p", type: "x", content },
      { name: "x.cls", content: "1" },
    ];
    await withArchive(tarBytes(entries), async (source) => {
      assert.deepEqual(await readReasons(source), ["", reason]);
    });
  }
});

Deno.test("webdatasetSource() goes on behind a sparse file, whose map has blocks of its own", async () => {
  const sparse = tarBytes([{ name: "x.cls", type: "S", content: "1" }], 0);
  sparse[482] = 1; // one block more of the map follows
  const sum = sparse.subarray(0, 512).fill(32, 148, 156).reduce((total, byte) => total + byte, 0);
  sparse.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  const map = [1, 0].map((hasMore) => new Uint8Array(512).fill(7, 0, 504).fill(hasMore, 504));
  const parts = [
    sparse.subarray(0, 512),
    ...map,
    sparse.subarray(512),
    tarBytes([{ name: "y.cls", content: "2" }]),
  ];
  await withArchive(Uint8Array.from(parts.flatMap((part) => [...part])), async (source) => {
    assert.deepEqual(await readReasons(source), ["archive entry is a sparse file", ""]);
  });
});

Deno.test("webdatasetSource() stops at a damaged archive, naming it and the entry", async () => {
  const whole = tarBytes(sample("x", 1));
  const damaged: [about: RegExp, bytes: Uint8Array][] = [
    [
      /checksum, after entry "x.cls"/,
      tarBytes([...sample("x", 1).slice(0, 2), { name: "y.txt", checksum: "000001\0 " }]),
    ],
    [/the size "no number/, tarBytes([...sample("x", 1), { name: "y.cls", size: "no number\0\0\0" }])],
    [/cut short, in entry "y.cls"/, tarBytes([...sample("x", 1), { name: "y.cls", size: "77777777777\0" }])],
    [/cut short, after entry "x.txt", there is no end mark/, tarBytes(sample("x", 1), 0)],
    [/cut short, in entry "x.txt"/, whole.subarray(0, 5 * 512 + 3)],
    [/cut short, after entry "x.cls"/, whole.subarray(0, 4 * 512 + 3)],
    [
      /pax header at byte 512 claims 8589934591 bytes/,
      tarBytes([{ name: "p", type: "x", size: "77777777777\0" }]),
    ],
    [/long name at byte 512 claims/, tarBytes([{ name: "p", type: "L", size: "77777777777\0" }])],
    [/pax header before byte .* is damaged/, tarBytes([{ name: "p", type: "x", content: "99 path=x\n" }])],
    [
      /has the size "-5"/,
      tarBytes([{ name: "p", type: "x", content: paxRecord("size", "-5") }, { name: "x.cls" }]),
    ],
    [/checksum/, Uint8Array.from({ length: 3000 }, (_, i) => i % 251)],
    [/cut short/, new Uint8Array(0)],
    [/There is no sample/, new Uint8Array(1024)],
    [/Cannot decompress/, gzipSync(whole).subarray(0, -20)],
    [/Cannot decompress .*cut short/, zstdCompressSync(whole).subarray(0, -5)],
    [/Cannot decompress/, gzipSync(whole).fill(0x55, 30, 60)],
    [/over the limit of 100/, gzipSync(tarBytes([{ name: "x.cls", content: "1".repeat(101) }]))],
  ];
  for (const [about, bytes] of damaged) {
    const reading = withArchive(bytes, async (source) => void await readItems(source), {
      maxEntryBytes: 100,
    });
    await assert.rejects(reading, (error) => {
      assert.ok(error instanceof SourceError, String(error));
      assert.match(error.message, about);
      assert.match(error.message, /s\.tar/);
      return true;
    });
  }
});

Deno.test("webdatasetSource() refuses every archive that is cut short", async () => {
  const columns = [{
    column: { name: "label", kind: "label", classNames: [] },
    extensions: ["cls"],
  }] as const;
  const whole = tarBytes(sample("x", 1), 1);
  for (const bytes of [whole, gzipSync(whole), zstdCompressSync(whole)]) {
    const end = bytes === whole ? bytes.length - 512 : bytes.length - 1; // a part of the end mark is a mark
    for (let length = 0; length <= end; length += length < 40 || length > end - 40 ? 1 : 101) {
      const reading = withArchive(
        bytes.subarray(0, length),
        async (source) => void await readItems(source),
        { columns },
      );
      await assert.rejects(reading, SourceError, `${length} of ${bytes.length} bytes`);
    }
  }
});

Deno.test("webdatasetSource() says what is wrong with what it is given", async () => {
  await assert.rejects(webdatasetSource({ paths: [] }), /nothing to read/);
  await assert.rejects(webdatasetSource({ paths: "no-such-{00..01}.tar" }), /Cannot read no-such-00\.tar/);
  await assert.rejects(webdatasetSource({ paths: "x-{5..1}.tar" }), /Cannot spell out \{5\.\.1\}/);
  const onlyArrays = withArchive(tarBytes([{ name: "x.npy", content: "1" }]), () => Promise.resolve());
  await assert.rejects(onlyArrays, /sample "x" has only \.npy: name the columns/);
});

Deno.test("webdatasetSource() neither crashes nor hangs on archives with flipped bytes", async () => {
  const whole = tarBytes([
    ...three,
    { name: "p", type: "x", content: paxRecord("path", "q.txt") },
    ...sample("w", 1),
  ]);
  const flips = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(flips, fc.constantFrom("tar", "gz", "zst"), async (flips, packing) => {
      const bytes = packing === "tar"
        ? whole.slice()
        : Uint8Array.from(packing === "gz" ? gzipSync(whole) : zstdCompressSync(whole));
      for (const [at, mask] of flips) bytes[at % bytes.length]! ^= mask;
      try {
        await withArchive(bytes, async (source) => void await readItems(source));
      } catch (error) {
        assert.ok(error instanceof SourceError, String(error));
      }
    }),
    { numRuns: 200, seed: 1 },
  );
});
