import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import { goldenFile } from "../images/_fixtures.ts";
import { decodeImage } from "../images/decode_image.ts";
import { encodePng } from "../images/encode_png.ts";
import { SourceError } from "../source_error.ts";
import { imageFolderSource } from "./image_folder_source.ts";
import type { Source, SourceItem } from "./source.ts";

async function fill(folder: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  for (const [path, bytes] of Object.entries(files)) {
    await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeFile(`${folder}/${path}`, bytes);
  }
}

async function itemsOf(source: Source, split = "train", from = 0): Promise<SourceItem[]> {
  return await Array.fromAsync(source.splits[split]!.items(from));
}

/** "cats/a.png 0", or why there is no row. */
function summary(item: SourceItem): string {
  return "row" in item ? `${item.row["file"]} ${item.row["label"]}` : item.dropped;
}

const [png, jpeg] = [goldenFile("color.png"), goldenFile("baseline-0.jpg")];

Deno.test("imageFolderSource() gives the files as they are, by path, with their folders as classes", async () => {
  await withTempFolder(async (folder) => {
    await fill(folder, { "dogs/z.JPG": jpeg, "cats/b/a.png": png, "cats/a.webp": goldenFile("lossy.webp") });
    const source = await imageFolderSource({ order: "sorted", path: folder });
    assert.deepEqual(source.columns, [
      { name: "image", kind: "encodedImage" },
      { name: "label", kind: "label", classNames: ["cats", "dogs"] },
      { name: "file", kind: "text" },
    ]);
    const items = await itemsOf(source);
    assert.deepEqual(items.map(summary), ["cats/a.webp 0", "cats/b/a.png 0", "dogs/z.JPG 1"]);
    assert.deepEqual("row" in items[2]! && items[2].row["image"], jpeg);
    assert.equal(source.splits["train"]!.numItems, 3);
    assert.deepEqual((await itemsOf(source, "train", 2)).map(summary), ["dogs/z.JPG 1"]);
  });
});

Deno.test("imageFolderSource() takes folders of the splits' names for splits", async () => {
  await withTempFolder(async (folder) => {
    await fill(folder, { "train/a/1.png": png, "train/b/1.png": png, "val/b/2.png": png });
    const source = await imageFolderSource({ order: "sorted", path: folder });
    assert.deepEqual(Object.keys(source.splits), ["train", "val"]);
    assert.deepEqual((await itemsOf(source, "val")).map(summary), ["b/2.png 1"]);
  });
});

Deno.test("imageFolderSource() decodes to one size if asked", async () => {
  await withTempFolder(async (folder) => {
    await fill(folder, { "a.png": png }); // 13 × 18
    const source = await imageFolderSource({ order: "sorted", path: folder, size: 13 });
    assert.deepEqual(source.columns[0], { name: "image", kind: "image", shape: [13, 13, 3] });
    const [item] = await itemsOf(source);
    const { pixels } = decodeImage(png);
    const middle = Uint8Array.from(
      { length: 13 * 39 },
      (_, i) => pixels[Math.floor(i / 39) * 54 + 6 + i % 39]!,
    );
    // the offset is 2.5: torchvision rounds half to even, 2; so does this
    assert.deepEqual("row" in item! && item.row["image"], middle);
  });
});

Deno.test("imageFolderSource() drops what it cannot take, with the reason, and goes on", async () => {
  await withTempFolder(async (folder) => {
    await fill(folder, {
      "a/1.png": png.subarray(0, 100),
      "a/2.jpg": new TextEncoder().encode("<html></html>"),
      "a/3.png": new Uint8Array(),
      "a/4.jpg": png, // the bytes say what it is
      "a/notes.txt": png,
      "elsewhere.png": png,
    });
    const source = await imageFolderSource({ order: "sorted", path: folder });
    assert.deepEqual((await itemsOf(source)).map(summary), [
      "cannot be decoded: data",
      "cannot be decoded: format",
      "cannot be decoded: format",
      "a/4.jpg 0",
      "is no image by its name",
      "has no class",
    ]);
    const [large] = await itemsOf(
      await imageFolderSource({ order: "sorted", path: folder, maxPixels: 233 }),
      "train",
      3,
    ); // 13 × 18
    assert.match(summary(large!), /^cannot be decoded: size$/);
  });
});

Deno.test("imageFolderSource() follows links within the folder only", async () => {
  await withTempFolder(async (outside) => {
    await Deno.writeFile(`${outside}/secret.png`, png);
    await withTempFolder(async (folder) => {
      await fill(folder, { "a/1.png": png });
      await Deno.symlink("1.png", `${folder}/a/2.png`);
      await Deno.symlink(`${outside}/secret.png`, `${folder}/a/3.png`);
      await Deno.symlink("nothing.png", `${folder}/a/4.png`);
      await Deno.symlink(folder, `${folder}/a/5.png`); // would never end
      const items = await itemsOf(await imageFolderSource({ order: "sorted", path: folder }));
      const found = ["a/1.png 0", "a/2.png 0", "leads out of the folder", "is not there", "is no file"];
      assert.deepEqual(items.map(summary), found);
    });
  });
});

Deno.test("imageFolderSource() takes files, classes and splits from a table", async () => {
  await withTempFolder(async (folder) => {
    await fill(folder, { "x/1.png": png, "x/2.jpg": jpeg });
    await Deno.writeTextFile(
      `${folder}/images.csv`,
      "species,path,split\n10,x/2.jpg,train\n9,x/1.png,test\n9,../1.png,test\n9,x/3.png,test\n,x/1.png,test\n",
    );
    const table = { csv: `${folder}/images.csv`, file: "path", label: "species" };
    const source = await imageFolderSource({ order: "sorted", path: folder, labels: table });
    assert.deepEqual(source.columns[1], { name: "label", kind: "label", classNames: ["9", "10"] });
    assert.deepEqual((await itemsOf(source, "train")).map(summary), ["x/2.jpg 1"]);
    assert.deepEqual(
      (await itemsOf(source, "test")).map(summary),
      ["x/1.png 0", "leads out of the folder", "is not there", "has no class"],
    );
    const wrong = imageFolderSource({
      order: "sorted",
      path: folder,
      labels: { csv: `${folder}/images.csv` },
    });
    await assert.rejects(
      wrong,
      /SourceError: .*images.csv has the columns species, path, split: it needs file and label/,
    );
  });
});

Deno.test("imageFolderSource() splits by content: all files, none twice, equal ones on one side", async () => {
  await withTempFolder(async (folder) => {
    const files = Array.from({ length: 40 }, (_, i) => {
      const image = { height: 1, width: 1, channels: 1, pixels: Uint8Array.of(i % 20) } as const; // each twice
      return [`${String(i).padStart(2, "0")}.png`, encodePng(image)] as const;
    });
    await fill(folder, Object.fromEntries(files));
    const source = await imageFolderSource({ order: "sorted", path: folder, testShare: 0.3 });
    const [train, test] = [await itemsOf(source, "train"), await itemsOf(source, "test")];
    assert.equal(train.length + test.length, 40);
    assert.ok(test.length > 0 && train.length > test.length);
    const contents = (items: SourceItem[]) =>
      new Set(items.map((item) => String("row" in item && item.row["image"])));
    assert.equal(contents(train).intersection(contents(test)).size, 0);
    assert.deepEqual(await itemsOf(source, "train", 3), train.slice(3));
  });
});

Deno.test("imageFolderSource() says what is wrong with a folder", async () => {
  await withTempFolder(async (folder) => {
    await assert.rejects(
      imageFolderSource({ order: "sorted", path: `${folder}/nowhere` }),
      /SourceError: There is no folder .*nowhere: name/,
    );
    await assert.rejects(
      imageFolderSource({ order: "sorted", path: folder }),
      /SourceError: .* has no file that ends in \.png/,
    );
    await fill(folder, { "a.png": png });
    await assert.rejects(imageFolderSource({ order: "sorted", path: folder, labels: true }), SourceError);
    await assert.rejects(imageFolderSource({ order: "sorted", path: folder, testShare: 1 }), RangeError);
  });
});

Deno.test("imageFolderSource() mixes the classes, in an order that is of the paths within the folder alone", () =>
  withTempFolder(async (folder) => {
    const names = Array.from({ length: 40 }, (_, i) => `${i < 20 ? "cats" : "dogs"}/${i}.png`);
    const lines = names.map((name) => `${name},${name.slice(0, 4)}`).join("\n");
    for (const copy of ["in", "moved"]) {
      await fill(`${folder}/${copy}`, Object.fromEntries(names.map((name) => [name, png])));
    }
    await Deno.writeTextFile(`${folder}/table.csv`, `file,label\n${lines}\n`);
    const of = async (options: Parameters<typeof imageFolderSource>[0], from = 0) =>
      (await itemsOf(await imageFolderSource(options), "train", from)).map(summary);

    const mixed = await of({ path: `${folder}/in` });
    assert.deepEqual(mixed.toSorted(), (await of({ path: `${folder}/in`, order: "sorted" })).toSorted());
    const changes = mixed.filter((each, i) => i > 0 && each.slice(0, 4) !== mixed[i - 1]!.slice(0, 4));
    assert.ok(changes.length > 10, `${changes.length}`); // 20 of 39 expected, 1 if sorted
    assert.deepEqual(await of({ path: `${folder}/moved` }), mixed);
    assert.deepEqual(await of({ path: `${folder}/in` }, 17), mixed.slice(17)); // an import goes on there
    assert.deepEqual(await of({ path: `${folder}/in`, labels: { csv: `${folder}/table.csv` } }), mixed);
  }));

Deno.test("imageFolderSource() stops at a file that has gone", () =>
  withTempFolder(async (folder) => {
    await fill(folder, { "a.png": png, "b.png": png });
    const { items } = (await imageFolderSource({ order: "sorted", path: folder })).splits["train"]!;
    const reading = items(0)[Symbol.asyncIterator]();
    await reading.next();
    await Deno.remove(`${folder}/b.png`);
    await assert.rejects(reading.next(), (error) => {
      assert.ok(error instanceof SourceError);
      assert.match(error.message, /Cannot read .*b\.png \(there is no such file\)/);
      return true;
    });
  }));
