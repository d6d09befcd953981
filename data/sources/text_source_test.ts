import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { withTempFolder } from "../_with_temp_folder.ts";
import { readItems, readReasons, readRows } from "./_read_items.ts";
import { textSource } from "./text_source.ts";

/** Runs `use` with a folder of files. */
async function withFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (folder) => {
    for (const [name, content] of Object.entries(files)) {
      await Deno.mkdir(join(folder, name, ".."), { recursive: true });
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(join(folder, name), bytes);
    }
    await use(folder);
  });
}

Deno.test("textSource() gives a document a file, with its folder as class", async () => {
  const files = {
    "b/x.txt": "one\ntwo\n",
    "a/y.txt": "\ufeffthree",
    "a/z.TXT.gz": gzipSync("four"),
    "a/n.md": "",
  };
  await withFiles(files, async (folder) => {
    const source = await textSource({ paths: folder, classByFolder: true, order: "sorted" });
    assert.deepEqual(source.columns[1], { name: "label", kind: "label", classNames: ["a", "b"] });
    assert.equal(source.splits.train!.numItems, 3);
    const rows = [{ text: "three", label: 0 }, { text: "four", label: 0 }, { text: "one\ntwo\n", label: 1 }];
    assert.deepEqual(await readRows(source), rows);
    assert.deepEqual(await readRows(source, 2), rows.slice(2));
    const mixed = await readRows(await textSource({ paths: folder, classByFolder: true }));
    assert.deepEqual(mixed, [rows[2], rows[0], rows[1]]); // SHA-256 of b/x.txt, a/y.txt, a/z.TXT.gz
  });
});

Deno.test("textSource() gives lines and paragraphs, whatever ends them", async () => {
  const text = "\ufeffone\r\n\r\n \t\r\ntwo\nthree\n\nfour";
  await withFiles({ "x.txt": text, "y.txt": "\n\n", "z.txt": "five\n" }, async (folder) => {
    const rowsOf = (texts: string[]) => texts.map((text) => ({ text }));
    const lines = await textSource({ paths: folder, per: "line" });
    assert.deepEqual(await readRows(lines), rowsOf(["one", "two", "three", "four", "five"]));
    assert.deepEqual(await readRows(lines, 3), rowsOf(["four", "five"]));
    const paragraphs = await textSource({ paths: folder, per: "paragraph" });
    assert.deepEqual(await readRows(paragraphs), rowsOf(["one", "two\nthree", "four", "five"]));
    assert.deepEqual(await readRows(paragraphs, 2), rowsOf(["four", "five"]));
  });
});

Deno.test("textSource() reads lines that are longer than its buffer", async () => {
  const lines = [1, 2, 3].map((digit) => String(digit).repeat(digit * 700_000)); // buffers have 2²⁰ bytes
  await withFiles({ "x.txt": lines.join("\r\n") }, async (folder) => {
    const rows = await readRows(await textSource({ paths: folder, per: "line" }));
    assert.deepEqual(rows.map(({ text }) => text), lines);
  });
});

Deno.test("textSource() drops what is not UTF-8 and says where", async () => {
  const bytes = Uint8Array.of(97, 10, 0xff, 10, 0xed, 0xa0, 0x80, 10, 98); // a, a byte of no text, a surrogate, b
  await withFiles({ "x.txt": bytes }, async (folder) => {
    const source = await textSource({ paths: folder, per: "line" });
    const dropped = "text is not UTF-8";
    assert.deepEqual(await readItems(source), [
      { row: { text: "a" } },
      { dropped, detail: `${folder}/x.txt, line 2 is not UTF-8` },
      { dropped, detail: `${folder}/x.txt, line 3 is not UTF-8` },
      { row: { text: "b" } },
    ]);
    assert.deepEqual(await readReasons(await textSource({ paths: folder })), [dropped]);
  });
  await withFiles({ "x.txt": "" }, async (folder) => {
    assert.deepEqual(await readReasons(await textSource({ paths: folder })), ["text is empty"]);
  });
});

Deno.test("textSource() stops at a row without end, in bounded memory", async () => {
  const bomb = gzipSync(new Uint8Array(32 << 20).fill(97)); // 32 MiB of one letter in 32 KiB
  await withFiles({ "x.txt": bomb }, async (folder) => {
    for (const per of ["document", "line", "paragraph"] as const) {
      const source = await textSource({ paths: folder, per, maxBytes: 1 << 20 });
      await assert.rejects(readItems(source), /x\.txt: .* is longer than 1048576 bytes/);
    }
  });
});

Deno.test("textSource() says what is wrong with its paths", async () => {
  await assert.rejects(
    textSource({ paths: "no-such.txt" }),
    /Cannot read no-such\.txt \(there is no such file\)/,
  );
  await withFiles({ "x.md": "" }, async (folder) => {
    await assert.rejects(textSource({ paths: folder }), /no file in .* ends in \.txt/);
  });
});
