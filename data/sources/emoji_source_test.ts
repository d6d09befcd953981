import assert from "node:assert/strict";
import { encodePng } from "../images/encode_png.ts";
import { SourceError } from "../source_error.ts";
import { type EmojiLoader, emojiSource, type EmojiVendor } from "./emoji_source.ts";

const grey: Record<EmojiVendor, number> = { apple: 10, google: 20, twitter: 30, facebook: 40 };

/** Packages of 50 emoji, each a square of the vendor's own grey; Facebook lacks the first, and its second is damaged. */
const loader: EmojiLoader = {
  json: (vendor) =>
    Promise.resolve(Array.from({ length: 50 }, (_, i) => ({
      image: `${i}.png`,
      category: i % 2 === 0 ? "Flags" : "Animals",
      short_name: `e${i}`,
      [`has_img_${vendor}`]: vendor !== "facebook" || i > 0,
    }))),
  bytes(vendor, file) {
    const pixels = new Uint8Array(64 * 64 * 3).fill(grey[vendor]);
    const png = encodePng({ height: 64, width: 64, channels: 3, pixels });
    return Promise.resolve(file === "img/facebook/64/1.png" ? png.subarray(0, 50) : png);
  },
};

Deno.test("emojiSource() gives every drawing once, with an emoji on one side in all hands", async () => {
  const source = await emojiSource({ load: loader });
  const [train, test] = await Promise.all(
    ["train", "test"].map((split) => Array.fromAsync(source.splits[split]!.items(0))),
  );
  const items = [...train!, ...test!];
  assert.equal(items.length, 199);
  assert.deepEqual(items.filter((item) => "dropped" in item), [{
    dropped: "cannot be decoded",
    detail: "facebook: 1.png",
  }]);
  const rows = items.flatMap((item) => "row" in item ? [item.row] : []);
  assert.equal(new Set(rows.map(({ text, vendor }) => `${text} ${vendor}`)).size, 198);
  for (const { image, label, text, vendor } of rows) {
    assert.equal((image as Uint8Array)[0], [10, 20, 30, 40][vendor as number]);
    assert.equal(label, Number((text as string).slice(1)) % 2 === 0 ? 1 : 0); // Animals, Flags
  }
  const names = (side: typeof items) => new Set(side.map((item) => "row" in item ? item.row["text"] : "e1"));
  assert.equal(names(train!).intersection(names(test!)).size, 0);
  assert.ok(test!.length > 10 && test!.length < 80, `${test!.length}`); // 40 expected, in steps of 4
});

Deno.test("emojiSource() goes on anywhere, and keeps the files' bytes if asked", async () => {
  const source = await emojiSource({ vendors: ["google"], keepEncoded: true, load: loader });
  const all = await Array.fromAsync(source.splits["train"]!.items(0));
  assert.deepEqual(await Array.fromAsync(source.splits["train"]!.items(5)), all.slice(5));
  assert.deepEqual(
    "row" in all[0]! && all[0].row["image"],
    await loader.bytes("google", "img/google/64/0.png"),
  );
});

Deno.test("emojiSource() refuses a package that it does not know", async () => {
  const load = { ...loader, json: () => Promise.resolve([{ image: 1 }]) };
  await assert.rejects(emojiSource({ load }), SourceError);
});
