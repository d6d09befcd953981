import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import { wavOf16 } from "../audio/_write_wav.ts";
import { SourceError } from "../source_error.ts";
import { asteriskSource } from "./asterisk_source.ts";

const names = [
  "vm-goodbye",
  "digits/1",
  "letters/a",
  "silence/1",
  "hello_world",
  "beep",
  "activated",
  "added",
];

/** Voices as the packages have them, with a link beside them. */
async function writeVoices(folder: string): Promise<void> {
  for (const voice of ["en_US_f_Allison", "it_IT_m_Carlo"]) {
    for (const name of names) {
      await Deno.mkdir(`${folder}/${voice}/${name}`.replace(/\/[^/]+$/, ""), { recursive: true });
      await Deno.writeFile(`${folder}/${voice}/${name}.wav`, wavOf16([1, 2, 3, 4], 8000));
    }
  }
  await Deno.symlink(`${folder}/en_US_f_Allison`, `${folder}/en_US`);
}

Deno.test("asteriskSource() has the language as label and the name as text; a name is on one side in all languages", () =>
  withTempFolder(async (folder) => {
    await writeVoices(folder);
    const source = await asteriskSource({ languages: ["it", "en"], path: folder });
    assert.deepEqual(source.columns, [
      { name: "audio", kind: "waveform", sampleRate: 16000 },
      { name: "label", kind: "label", classNames: ["it", "en"] },
      { name: "text", kind: "text" },
    ]);
    const texts: string[][] = [[], []];
    for (const { items } of Object.values(source.splits)) {
      const inSplit: string[][] = [[], []];
      for await (const item of items(0)) {
        if ("dropped" in item) assert.equal(item.dropped, "is silence");
        else inSplit[item.row.label as number]!.push(item.row.text as string);
      }
      assert.deepEqual(inSplit[0]!.sort(), inSplit[1]!.sort());
      texts[0]!.push(...inSplit[0]!);
    }
    assert.deepEqual(texts[0]!.sort(), ["1", "a", "activated", "added", "beep", "hello world", "vm goodbye"]);
    const { items, numItems } = source.splits.train!;
    const all = await Array.fromAsync(items(0));
    assert.equal(all.length, numItems);
    assert.deepEqual(await Array.fromAsync(items(3)), all.slice(3));
    const sorted = await asteriskSource({ languages: ["it", "en"], path: folder, order: "sorted" });
    const labels = (await Array.fromAsync(sorted.splits.train!.items(0)))
      .flatMap((item) => "row" in item ? [item.row.label as number] : []);
    assert.deepEqual(labels, labels.toSorted()); // language by language
  }));

Deno.test("asteriskSource() names the package that is missing", () =>
  withTempFolder(async (folder) => {
    await writeVoices(folder);
    for (const path of [folder, `${folder}/none`]) {
      await assert.rejects(
        asteriskSource({ languages: ["ru"], path }),
        (error) =>
          error instanceof SourceError && /`apt install asterisk-core-sounds-ru-wav`/.test(error.message),
      );
    }
  }));
