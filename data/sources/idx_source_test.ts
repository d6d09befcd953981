import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { withTempFolder } from "../_with_temp_folder.ts";
import { fashionMnistSource } from "./fashion_mnist_source.ts";
import { idxSource } from "./idx_source.ts";
import type { Source, SourceItem } from "./source.ts";

/** An IDX file of unsigned bytes: 00 00 08, the number of sizes, the sizes in 32 bits, the values. */
function idx(sizes: readonly number[], values: readonly number[]): Uint8Array {
  return Uint8Array.of(
    0,
    0,
    8,
    sizes.length,
    ...sizes.flatMap((size) => [0, 0, size >> 8, size & 255]),
    ...values,
  );
}

const images = idx([3, 1, 2], [1, 2, 3, 4, 5, 6]);
const labels = idx([3], [0, 2, 1]);

async function write(folder: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) await Deno.writeFile(`${folder}/${name}`, bytes);
}

async function itemsOf(source: Source, split: string, from = 0): Promise<SourceItem[]> {
  return await Array.fromAsync(source.splits[split]!.items(from));
}

const rows: readonly SourceItem[] = [
  { row: { image: Uint8Array.of(1, 2), label: 0 } },
  { row: { image: Uint8Array.of(3, 4), label: 2 } },
  { row: { image: Uint8Array.of(5, 6), label: 1 } },
];

Deno.test("idxSource() reads MNIST's names, gzipped or not, from any item on", async () => {
  await withTempFolder(async (folder) => {
    await write(folder, {
      "train-images-idx3-ubyte.gz": gzipSync(images),
      "train-labels-idx1-ubyte": labels,
      "t10k-images.idx3-ubyte": images,
      "t10k-labels.idx1-ubyte.gz": gzipSync(labels),
      "readme.txt": images,
    });
    const source = await idxSource({ path: folder, name: "tiny" });
    assert.deepEqual(source.columns, [
      { name: "image", kind: "image", shape: [1, 2, 1] },
      { name: "label", kind: "label", classNames: [] },
    ]);
    assert.deepEqual(Object.keys(source.splits), ["train", "test"]);
    for (const split of ["train", "test"]) {
      for (const from of [0, 1, 3]) assert.deepEqual(await itemsOf(source, split, from), rows.slice(from));
    }
  });
});

Deno.test("idxSource() takes files by name, colours, and drops labels without a class", async () => {
  await withTempFolder(async (folder) => {
    await write(folder, { a: idx([3, 1, 2, 3], [...Array(18).keys()]), b: labels });
    const splits = { valid: { images: "a", labels: "b" } };
    const source = await idxSource({ path: folder, splits, classNames: ["x", "y"] });
    assert.deepEqual(source.columns[0], { name: "image", kind: "image", shape: [1, 2, 3] });
    const items = await itemsOf(source, "valid");
    assert.deepEqual(items[0], { row: { image: Uint8Array.of(0, 1, 2, 3, 4, 5), label: 0 } });
    const detail = `${folder}/b, entry 1: 2 of 2 classes`;
    assert.deepEqual(items[1], { dropped: "has a label without a class", detail });
  });
});

Deno.test("idxSource() refuses files that lie, end early or go on", async () => {
  const readAll = async (files: Readonly<Record<"a" | "b", Uint8Array>>) => {
    await withTempFolder(async (folder) => {
      await write(folder, files);
      await itemsOf(
        await idxSource({ path: folder, splits: { train: { images: "a", labels: "b" } } }),
        "train",
      );
    });
  };
  await readAll({ a: images, b: labels });
  const cases: readonly [RegExp, Readonly<Record<"a" | "b", Uint8Array>>][] = [
    [/begins with 1f 8b 08 00/, { a: gzipSync(gzipSync(images)), b: labels }],
    [/begins with 00 00 0d 03: it is no IDX file of unsigned bytes/, {
      a: images.map((v, i) => i === 2 ? 13 : v),
      b: labels,
    }],
    [/a is cut short/, { a: images.subarray(0, 2), b: labels }],
    [/a is cut short/, { a: images.subarray(0, images.length - 1), b: labels }],
    [/Cannot decompress .*a /, { a: gzipSync(images).subarray(0, 20), b: labels }],
    [/a goes on behind the 3 entries/, { a: Uint8Array.of(...images, 0), b: labels }],
    [/b goes on behind the 3 entries/, { a: images, b: Uint8Array.of(...labels, 0) }],
    [/a has 3 images, .*b 2 labels/, { a: images, b: idx([2], [0, 1]) }],
    [/a has entries of \[\], no images/, { a: labels, b: labels }],
    [/b has entries of \[1,2\], not one label each/, { a: images, b: images }],
    [/a says that it has the sizes 3 × 0 × 2/, { a: idx([3, 0, 2], []), b: labels }],
  ];
  for (const [message, files] of cases) await assert.rejects(readAll(files), message);
});

Deno.test("idxSource() says which file it misses", async () => {
  await withTempFolder(async (folder) => {
    await assert.rejects(
      idxSource({ path: folder }),
      /SourceError: .* has no file named like train-images-idx3-ubyte/,
    );
    await write(folder, { "train-images-idx3-ubyte": images });
    await assert.rejects(
      idxSource({ path: folder }),
      /SourceError: .* has train-images-idx3-ubyte without labels/,
    );
    const splits = { train: { images: "train-images-idx3-ubyte", labels: "nowhere" } };
    await assert.rejects(idxSource({ path: folder, splits }), /SourceError: Cannot read .*nowhere/);
  });
});

Deno.test("fashionMnistSource() reads the official files from Debian's folder", async () => {
  await withTempFolder(async (path) => {
    await write(path, { "train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": labels });
    const source = await fashionMnistSource({ path });
    assert.match(source.source, /^Debian .* official files and split$/);
    assert.deepEqual(await itemsOf(source, "train"), rows);
    await assert.rejects(
      fashionMnistSource({ from: "debian", path: `${path}/x` }),
      /SourceError: .*apt install dataset-fashion-mnist/,
    );
  });
});
