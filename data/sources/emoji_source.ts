/**
 * Emoji as four vendors draw them.
 * @module
 */
import { decodeImage } from "../images/decode_image.ts";
import { ImageError } from "../images/image_error.ts";
import type { Column } from "../shards/column.ts";
import { SourceError } from "../source_error.ts";
import { nameShare } from "./_name_share.ts";
import { npmModule } from "./_npm_module.ts";
import { shuffledItems } from "./_shuffled_items.ts";
import type { ItemOrder } from "./item_order.ts";
import type { Source, SourceItem, SplitSource } from "./source.ts";

/** Who draws emoji. */
export type EmojiVendor = "apple" | "google" | "twitter" | "facebook";

/** Which emoji, and what becomes of them. */
export type EmojiOptions = {
  /** In the order of their labels; all four by default. */
  readonly vendors?: readonly EmojiVendor[];
  /** Keeps the PNG files, with their transparency, in the place of pixels over white. */
  readonly keepEncoded?: boolean;
  /** "shuffled" by default; "sorted" is by name, and each name by vendor. */
  readonly order?: ItemOrder;
  /** How a file of `npm:emoji-datasource-…` is loaded, by the package and the path in it; imported by default. */
  readonly load?: EmojiLoader;
};

/** Loads a file of one of the packages, as JSON or bytes. */
export type EmojiLoader = {
  /** Names, categories, and which images there are. */
  readonly json: (vendor: EmojiVendor, file: string) => Promise<unknown>;
  /** An image. */
  readonly bytes: (vendor: EmojiVendor, file: string) => Promise<Uint8Array>;
};

const VENDORS: readonly EmojiVendor[] = ["apple", "google", "twitter", "facebook"];
const LICENCES: Readonly<Record<EmojiVendor, string>> = {
  apple: "Apple: not for commercial use",
  google: "Google: Apache-2.0",
  twitter: "Twitter: CC-BY-4.0",
  facebook: "Facebook: unknown",
};
const VERSION = "16.0.0";
const SIZE = 64;
const TEST_SHARE = 0.2;
const AT_ONCE = 64; // one by one, each import takes a millisecond

/** An emoji by one vendor. */
type Drawing = {
  readonly vendor: EmojiVendor;
  readonly image: string;
  readonly category: string;
  readonly name: string;
};

/**
 * About 1,900 emoji, each drawn by up to four vendors, 64 × 64 pixels in colour: the same thing in four hands. The columns are `image`
 * (over white), `label`, which is the category, `text`, the short name ("grinning"), and `vendor`. A fifth of the names, by a hash, are
 * the split "test": the same for all vendors.
 *
 * They come from `npm:emoji-datasource-apple` and its like, which Deno downloads when they are first asked for; no permission is needed.
 * @param options Whose.
 * @throws {SourceError} If a package cannot be loaded or is not what it was.
 */
export async function emojiSource(options: EmojiOptions = {}): Promise<Source> {
  const { vendors = VENDORS, keepEncoded = false, order = "shuffled", load = npmLoader } = options;
  const drawings = (await Promise.all(vendors.map((vendor) => drawingsOf(vendor, load)))).flat();
  drawings.sort((a, b) =>
    a.name === b.name ? vendors.indexOf(a.vendor) - vendors.indexOf(b.vendor) : a.name < b.name ? -1 : 1
  );
  const classNames = [...new Set(drawings.map(({ category }) => category))].sort();
  const image: Column = keepEncoded
    ? { name: "image", kind: "encodedImage" }
    : { name: "image", kind: "image", shape: [SIZE, SIZE, 3] };
  const splitWhere = (keep: (drawing: Drawing) => boolean): SplitSource => {
    const found = drawings.filter(keep);
    const kept = order === "sorted"
      ? found
      : shuffledItems(found, ({ vendor, name, image }) => `${vendor}/${name}/${image}`);
    const rowOf = async (drawing: Drawing): Promise<SourceItem> => {
      const bytes = await load.bytes(drawing.vendor, `img/${drawing.vendor}/64/${drawing.image}`);
      const pixels = decoded(bytes);
      if (pixels === undefined) {
        return { dropped: "cannot be decoded", detail: `${drawing.vendor}: ${drawing.image}` };
      }
      const label = classNames.indexOf(drawing.category);
      const vendor = vendors.indexOf(drawing.vendor);
      return { row: { image: keepEncoded ? bytes : pixels, label, text: drawing.name, vendor } };
    };
    return {
      numItems: kept.length,
      async *items(from) {
        for (let first = from; first < kept.length; first += AT_ONCE) {
          yield* await Promise.all(kept.slice(first, first + AT_ONCE).map(rowOf));
        }
      },
    };
  };
  return {
    name: "emoji",
    source: vendors.map((vendor) => packageOf(vendor)).join(", "),
    licence: `MIT; drawings by ${vendors.map((vendor) => LICENCES[vendor]).join(", ")}`,
    columns: [
      image,
      { name: "label", kind: "label", classNames },
      { name: "text", kind: "text" },
      { name: "vendor", kind: "label", classNames: vendors },
    ],
    splits: {
      train: splitWhere(({ name }) => nameShare("emoji", name) >= TEST_SHARE),
      test: splitWhere(({ name }) => nameShare("emoji", name) < TEST_SHARE),
    },
  };
}

function packageOf(vendor: EmojiVendor): string {
  return `npm:emoji-datasource-${vendor}@${VERSION}`;
}

const npmLoader: EmojiLoader = {
  json: (vendor, file) => npmModule(`${packageOf(vendor)}/${file}`, "json"),
  bytes: (vendor, file) => npmModule(`${packageOf(vendor)}/${file}`, "bytes"),
};

/** The images that a vendor's package has. */
async function drawingsOf(vendor: EmojiVendor, load: EmojiLoader): Promise<Drawing[]> {
  const list = await load.json(vendor, "emoji.json");
  const malformed = (): SourceError =>
    new SourceError(
      packageOf(vendor),
      `${packageOf(vendor)} has no list of emoji: it is not the package that this source knows`,
    );
  if (!Array.isArray(list)) throw malformed();
  return list.flatMap((entry: Record<string, unknown>) => {
    const { image, category, short_name: name, [`has_img_${vendor}`]: isThere } = entry;
    if (typeof image !== "string" || typeof category !== "string" || typeof name !== "string") {
      throw malformed();
    }
    return isThere === true ? [{ vendor, image, category, name }] : [];
  });
}

/** Pixels [64, 64, 3] over white. */
function decoded(bytes: Uint8Array): Uint8Array | undefined {
  try {
    const { height, width, pixels } = decodeImage(bytes);
    return height === SIZE && width === SIZE ? pixels : undefined;
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}
