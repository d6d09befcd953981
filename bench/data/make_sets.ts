/**
 * Writes the shards that `bench/data.ts` reads into the folder named by its argument, from the pictures that are there: `encoded` with the
 * JPEG files as they are, `decoded` with their middles as pixels, `start` with 1,000 tiny shards.
 *
 * @module
 */
import { openDataset, type Row, type Source, writeShards } from "@lacuna/data/shards";

const [folder] = Deno.args as [string];
const classNames = Array.from({ length: 10 }, (_, i) => `class${i}`);
const label = { name: "label", kind: "label", classNames } as const;
const about = { source: "bench/peers/make_photos.py", licence: "MIT" } as const;

await writeEncoded();
await writeDecoded();
await writeTiny();

async function writeEncoded(): Promise<void> {
  const files = classNames.flatMap((name) =>
    [...Deno.readDirSync(`${folder}/photos/train/${name}`)].map((file) => ({ name, file: file.name }))
  ).sort((a, b) => a.file < b.file ? -1 : 1);
  await write("encoded", [{ name: "image", kind: "encodedImage" }, label], files.length, (i) => {
    const { name, file } = files[i]!;
    const image = Deno.readFileSync(`${folder}/photos/train/${name}/${file}`);
    return { image, label: classNames.indexOf(name) };
  });
}

async function writeDecoded(): Promise<void> {
  const bytes = Deno.readFileSync(`${folder}/decoded.npy`);
  const headerLength = bytes[8]! + 256 * bytes[9]!; // numpy.lib.format, version 1.0
  const shape = /'shape': \((\d+), (\d+), (\d+), (\d+)\)/.exec(
    new TextDecoder().decode(bytes.subarray(10, 10 + headerLength)),
  )!;
  const [count, height, width, channels] = shape.slice(1).map(Number) as [number, number, number, number];
  const pixels = bytes.subarray(10 + headerLength), size = height * width * channels;
  await write(
    "decoded",
    [{ name: "image", kind: "image", shape: [height, width, channels] }, label],
    count,
    (i) => ({ image: pixels.subarray(i * size, (i + 1) * size), label: i % classNames.length }),
  );
}

/** 1,000 shards of 16 images of 32 × 32. */
async function writeTiny(): Promise<void> {
  const size = 32 * 32 * 3;
  const row = (i: number) => ({ image: new Uint8Array(size).fill(i), label: i % classNames.length });
  const options = { rowsPerBlock: 16, shardBytes: 16 * size };
  await write("start", [{ name: "image", kind: "image", shape: [32, 32, 3] }, label], 16_000, row, options);
}

/** Unless a set of that name is there already. */
async function write(
  name: string,
  columns: Source["columns"],
  numRows: number,
  row: (i: number) => Row,
  options: { readonly rowsPerBlock?: number; readonly shardBytes?: number } = {},
): Promise<void> {
  const there = await openDataset(`${folder}/${name}`).catch(() => undefined);
  if (there !== undefined && there.split("train").numRows % numRows === 0) return;
  const items = async function* (from: number) {
    for (let i = from; i < numRows; i++) yield { row: row(i) };
  };
  const source = { name, ...about, columns, splits: { train: { numItems: numRows, items } } };
  await writeShards(`${folder}/${name}`, source, { ...options, replace: true });
  console.log(`${name}: ${numRows} rows written`);
}
