import { gzipSync, zstdCompressSync } from "node:zlib";
import { SourceError } from "@lacuna/data";
import {
  cifarSource,
  csvSource,
  idxSource,
  imageFolderSource,
  jsonLinesSource,
  parquetSource,
  sotuSource,
  type Source,
  textSource,
  webdatasetSource,
} from "@lacuna/data/sources";
import { fileTokeniser } from "@lacuna/data/text";
import { goldenFile } from "../../data/images/_fixtures.ts";
import { paxRecord, tarBytes } from "../../data/sources/_tar_bytes.ts";
import tokenisers from "../../data/text/fixtures/tokenisers.json" with { type: "json" };
import { Digest, noise, readSource } from "./_digest.ts";
import type { FuzzTarget } from "./_target.ts";

type Files = Readonly<Record<string, Uint8Array | string>>;

/** Files that are read as a source; those of which the name begins with `damaged` are damaged. */
function sourceTarget(
  name: string,
  isChecked: boolean,
  files: Files,
  source: (folder: string) => Promise<Source>,
  damaged = "",
): FuzzTarget {
  return {
    name,
    isChecked,
    make: async (folder) => {
      await writeFiles(folder, files);
      return Object.keys(files).filter((name) => name.startsWith(damaged));
    },
    read: async (folder) => await readSource(await source(folder)),
  };
}

async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    if (name.includes("/")) {
      await Deno.mkdir(`${folder}/${name.replace(/\/[^/]*$/, "")}`, { recursive: true });
    }
    await Deno.writeFile(`${folder}/${name}`, bytes);
  }
}

const png = goldenFile("bits-1.png");
const tar = tarBytes(
  ["a", "b", "c"].flatMap((key, i) => [
    { name: `pax-${key}`, type: "x", content: paxRecord("path", `folder/${key}.png`) },
    { name: "short", content: png },
    { name: `folder/${key}.cls`, content: `${i}` },
    { name: `folder/${key}.txt`, content: `text of ${key}` },
  ]),
);
const lines = Array.from(
  { length: 30 },
  (_, i) => ({ text: `line ${i} é`, number: i / 3, of: { name: `n${i % 3}` } }),
);
const jsonLines = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
const csv = [
  "text,number,label\r\n",
  ...lines.map(({ text, number, of }) => `"${text}, ""so""",${number},${of.name}\n`),
]
  .join("");
const idxImages = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 6, 0, 0, 0, 4, 0, 0, 0, 5, ...noise(6 * 20));
const idxLabels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 6, 0, 1, 2, 0, 1, 2);
const idxFiles: Files = {
  "train-images-idx3-ubyte": idxImages,
  "train-labels-idx1-ubyte": idxLabels,
  "t10k-images-idx3-ubyte": idxImages,
  "t10k-labels-idx1-ubyte": idxLabels,
};
const cifarFiles: Files = {
  ...Object.fromEntries(
    [1, 2, 3, 4, 5].map((i) => [`data_batch_${i}.bin`, Uint8Array.of(i, ...noise(3072, i))]),
  ),
  "test_batch.bin": Uint8Array.of(0, ...noise(3072)),
  "batches.meta.txt": [..."abcdefghij"].join("\n"),
};
const idx = (folder: string) => idxSource({ path: folder });
const webdataset = (name: string) => (folder: string) => webdatasetSource({ paths: [`${folder}/${name}`] });
const fields = {
  text: { kind: "text" },
  number: { kind: "number" },
  label: { kind: "label", field: "of.name" },
} as const;

/** A file of an npm package, as the loader of modules gives it. */
async function loadJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (cause) {
    throw new SourceError(path, `Cannot load ${path}`, { cause });
  }
}

/** Sources, each of which has a fault of another file's making to fear. */
export const sourceTargets: readonly FuzzTarget[] = [
  sourceTarget("tar", false, { "x.tar": tar }, webdataset("x.tar")),
  sourceTarget("tar-gzip", true, { "x.tar.gz": gzipSync(tar) }, webdataset("x.tar.gz")),
  sourceTarget("tar-zstd", false, { "x.tar.zst": zstdCompressSync(tar) }, webdataset("x.tar.zst")),
  sourceTarget(
    "parquet",
    false,
    {
      "x.parquet": Deno.readFileSync(
        new URL("../../data/sources/fixtures/hugging_face.parquet", import.meta.url),
      ),
    },
    (folder) => parquetSource({ paths: [`${folder}/x.parquet`] }),
  ),
  sourceTarget(
    "json-lines",
    false,
    { "x.jsonl": jsonLines },
    (folder) => jsonLinesSource({ paths: [`${folder}/x.jsonl`], fields }),
  ),
  sourceTarget(
    "csv",
    false,
    { "x.csv": csv },
    (folder) =>
      csvSource({ paths: [`${folder}/x.csv`], fields: { text: { kind: "text" }, label: { kind: "label" } } }),
  ),
  sourceTarget(
    "text",
    false,
    { "x.txt": lines.map(({ text }) => `${text}\n\n`).join("") },
    (folder) => textSource({ paths: [`${folder}/x.txt`], per: "paragraph" }),
  ),
  sourceTarget("idx", false, idxFiles, idx),
  sourceTarget(
    "idx-gzip",
    true,
    Object.fromEntries(Object.entries(idxFiles).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)])),
    idx,
  ),
  sourceTarget("cifar", false, cifarFiles, (folder) => cifarSource({ path: folder })),
  sourceTarget(
    "image-folder",
    false,
    { "in/a/1.png": png, "in/a/2.jpg": goldenFile("grey.jpg"), "in/b/3.gif": goldenFile("grey.gif") },
    (folder) => imageFolderSource({ path: `${folder}/in`, size: 8 }),
  ),
  sourceTarget(
    "image-table",
    false,
    { "in/1.png": png, "in/2.png": png, "table.csv": "file,label\n1.png,a\n2.png,b\n" },
    (folder) => imageFolderSource({ path: `${folder}/in`, labels: { csv: `${folder}/table.csv` } }),
    "table",
  ),
  sourceTarget(
    "npm-json",
    false,
    {
      "datapackage.json": JSON.stringify({ resources: [{ path: "./1.json", format: "json" }] }),
      "1.json": JSON.stringify({ year: 1790, name: "N", party: "P", text: "Fellow citizens" }),
    },
    (folder) => sotuSource((file) => loadJson(`${folder}/${file}`)),
  ),
  ...Object.entries(tokenisers).map(([name, { file, cases }]): FuzzTarget => ({
    name: `tokeniser-${name}`,
    isChecked: false,
    make: async (folder) => {
      await writeFiles(folder, { "tokenizer.json": JSON.stringify(file) });
      return ["tokenizer.json"];
    },
    read: async (folder) => {
      const { encode, decode } = await fileTokeniser(`${folder}/tokenizer.json`);
      const digest = new Digest();
      for (const { text } of cases) {
        const ids = encode(text);
        digest.add(ids);
        digest.add(decode(ids));
      }
      return { digest: digest.hex(), numDropped: 0 };
    },
  })),
];
