import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import { writeFlac } from "../audio/_write_flac.ts";
import { wavOf16 } from "../audio/_write_wav.ts";
import { SourceError } from "../source_error.ts";
import { audioFolderSource } from "./audio_folder_source.ts";
import type { SourceItem } from "./source.ts";

const half = [16384, 16384, 16384, 16384];

/** Writes files by their paths in a folder. */
async function fill(folder: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  for (const [path, contents] of Object.entries(files)) {
    await Deno.mkdir(`${folder}/${path}/..`.replace(/\/[^/]+\/\.\.$/, ""), { recursive: true });
    await Deno.writeFile(
      `${folder}/${path}`,
      typeof contents === "string" ? new TextEncoder().encode(contents) : contents,
    );
  }
}

const rowsOf = (items: SourceItem[]) => items.flatMap((item) => "row" in item ? [item.row] : []);

Deno.test("audioFolderSource() takes classes from folders and words from names, resamples, and drops what is no sound", () =>
  withTempFolder(async (folder) => {
    await fill(folder, {
      "no/turn-left.flac": writeFlac({ channels: [half, half.map((v) => -v)], sampleRate: 8000 }),
      "yes/deep/b.WAV": wavOf16(half, 16000),
      "yes/a.wav": wavOf16(half, 8000),
      "yes/broken.wav": wavOf16(half, 8000).subarray(0, 50),
      "yes/empty.wav": wavOf16([], 8000),
      "yes/notes.txt": "not a sound",
      "outside.wav": wavOf16(half, 8000),
    });
    const source = await audioFolderSource({
      order: "sorted",
      path: folder,
      text: "fileName",
      licence: "MIT",
      name: "words",
    });
    assert.deepEqual([source.name, source.licence, source.source], ["words", "MIT", folder]);
    assert.deepEqual(source.columns, [
      { name: "audio", kind: "waveform", sampleRate: 16000 },
      { name: "label", kind: "label", classNames: ["no", "yes"] },
      { name: "text", kind: "text" },
    ]);
    const { items, numItems } = source.splits.train!;
    assert.equal(numItems, 6);
    const all = await Array.fromAsync(items(0));
    assert.deepEqual(
      rowsOf(all).map(({ label, text, audio }) => [label, text, (audio as Float32Array).length]),
      [
        [0, "turn left", 8],
        [1, "a", 8],
        [1, "b", 4], // had 16 kHz already
      ],
    );
    assert.deepEqual(rowsOf(all)[0]!.audio, new Float32Array(8)); // both channels cancel
    assert.deepEqual(all.map((item) => "dropped" in item ? item.dropped : "row"), [
      "row",
      "is in no class's folder",
      "row",
      "cannot be decoded",
      "row",
      "holds no samples",
    ]);
    assert.match(JSON.stringify(all[3]), /broken\.wav: The sound fails the check \\"length\\"/);
    for (const from of [1, 3, 6]) assert.deepEqual(await Array.fromAsync(items(from)), all.slice(from)); // an import goes on there
  }));

Deno.test("audioFolderSource() keeps the files' bytes if asked to, and drops damaged ones all the same", () =>
  withTempFolder(async (folder) => {
    const whole = writeFlac({ channels: [half] });
    const damaged = whole.slice();
    damaged[50]! ^= 1;
    await fill(folder, { "a.flac": whole, "b.flac": damaged, "c.wav": wavOf16(half, 8000) });
    const source = await audioFolderSource({
      order: "sorted",
      path: folder,
      keepEncoded: true,
      limits: { maxSamples: 4 },
    });
    assert.deepEqual(source.columns, [{ name: "audio", kind: "encodedAudio" }]);
    const items = await Array.fromAsync(source.splits.train!.items(0));
    assert.deepEqual(items[0], { row: { audio: whole } });
    assert.ok("dropped" in items[1]! && items[1].dropped === "cannot be decoded");
    const small = await audioFolderSource({ order: "sorted", path: folder, limits: { maxSamples: 3 } });
    const [first] = await Array.fromAsync(small.splits.train!.items(0));
    assert.ok("dropped" in first! && first.dropped === "is too large");
  }));

Deno.test("audioFolderSource() takes splits from folders, and words from a table or files beside the sounds", () =>
  withTempFolder(async (folder) => {
    await fill(folder, {
      "train/1.wav": wavOf16(half, 16000),
      "train/2.wav": wavOf16(half, 16000),
      "train/metadata.csv": 'file_name,speaker,text\n1.wav,7,"hello, world"\n',
      "train/1.txt": "Hello world.\n",
      "test/3.wav": wavOf16(half, 16000),
      "test/metadata.csv": "file_name,transcription\n3.wav,bye\n",
    });
    const byTable = await audioFolderSource({ order: "sorted", path: folder, text: "csv" });
    assert.deepEqual(Object.keys(byTable.splits), ["test", "train"]);
    const train = await Array.fromAsync(byTable.splits.train!.items(0));
    assert.deepEqual(rowsOf(train).map(({ text }) => text), ["hello, world"]);
    assert.deepEqual(train[1], { dropped: "has no words", detail: `${folder}/train/2.wav` });
    assert.equal(rowsOf(await Array.fromAsync(byTable.splits.test!.items(0)))[0]!.text, "bye");
    const byFile = await audioFolderSource({ order: "sorted", path: folder, text: "txt" });
    assert.equal(rowsOf(await Array.fromAsync(byFile.splits.train!.items(0)))[0]!.text, "Hello world.");
  }));

Deno.test("audioFolderSource() takes val for a split, as folders of images do", () =>
  withTempFolder(async (folder) => {
    for (const split of ["train", "val"]) {
      await fill(folder, { [`${split}/yes/1.wav`]: wavOf16(half, 16000) });
    }
    const { splits, columns } = await audioFolderSource({ path: folder });
    assert.deepEqual(Object.keys(splits).sort(), ["train", "val"]);
    assert.deepEqual(columns[1], { name: "label", kind: "label", classNames: ["yes"] });
  }));

Deno.test("audioFolderSource() drops links that lead elsewhere, and stops at a file that has gone", () =>
  withTempFolder(async (folder) => {
    await fill(folder, {
      "in/a.wav": wavOf16(half, 16000),
      "in/b.wav": wavOf16(half, 16000),
      "out.wav": wavOf16(half, 16000),
    });
    await Deno.symlink(`${folder}/in/a.wav`, `${folder}/in/c.wav`);
    await Deno.symlink(`${folder}/out.wav`, `${folder}/in/d.wav`);
    await Deno.symlink(`${folder}/none`, `${folder}/in/e.wav`);
    const { items, numItems } = (await audioFolderSource({ order: "sorted", path: `${folder}/in` })).splits
      .train!;
    const met = (await Array.fromAsync(items(0))).map((item) => "dropped" in item ? item.dropped : "row");
    assert.deepEqual(met, ["row", "row", "row", "leads out of the folder", "is not there"]);
    assert.equal(numItems, 5);
    const reading = items(0)[Symbol.asyncIterator]();
    await reading.next();
    await Deno.remove(`${folder}/in/b.wav`);
    await assert.rejects(reading.next(), /Cannot read .*b\.wav \(there is no such file\)/);
  }));

Deno.test("audioFolderSource() says what is missing", () =>
  withTempFolder(async (folder) => {
    const rejects = (options: Parameters<typeof audioFolderSource>[0], message: RegExp) =>
      assert.rejects(audioFolderSource(options), (error) =>
        error instanceof SourceError && message.test(error.message));
    await rejects({ path: `${folder}/none` }, /There is no folder .*none: name one with WAV or FLAC files/);
    await rejects({ path: folder }, /has no file that ends in \.wav or \.flac/);
    await fill(folder, { "a.wav": wavOf16(half, 8000) });
    await rejects({ path: folder, labels: true }, /has no folders to be classes/);
    await rejects({ path: folder, text: "csv" }, /metadata\.csv cannot be read/);
    await fill(folder, { "metadata.csv": "file,text\n" });
    await rejects({ path: folder, text: "csv" }, /has the columns file, text: it needs file_name/);
    await fill(folder, { "metadata.csv": 'file_name,text\na.wav,"open\n' });
    await rejects({ path: folder, text: "csv" }, /is no table: line 2 has a quote out of place/);
    await fill(folder, { "metadata.csv": "file_name,text\na.wav,b,c\n" });
    await rejects({ path: folder, text: "csv" }, /has 3 fields in row 1 instead of 2/);
  }));

Deno.test("audioFolderSource() mixes the classes unless it is asked not to", () =>
  withTempFolder(async (folder) => {
    const names = Array.from({ length: 30 }, (_, i) => `${i < 15 ? "no" : "yes"}/${i}.wav`);
    await fill(folder, Object.fromEntries(names.map((name) => [name, wavOf16(half, 16000)])));
    const textsOf = async (options: { readonly order?: "sorted" }, from = 0) => {
      const { items } = (await audioFolderSource({ path: folder, text: "fileName", ...options })).splits
        .train!;
      return rowsOf(await Array.fromAsync(items(from))).map(({ text }) => text);
    };
    const [mixed, sorted] = [await textsOf({}), await textsOf({ order: "sorted" })];
    assert.deepEqual(mixed.toSorted(), sorted.toSorted());
    assert.notDeepEqual(mixed, sorted);
    assert.deepEqual(await textsOf({}, 11), mixed.slice(11)); // an import goes on there
  }));
