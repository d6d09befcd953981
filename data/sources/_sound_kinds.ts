import { aboveZero, names, noLabels, onlyPath, orderOf, sorted } from "./_kind_options.ts";
import type { SourceKind, SourceOption } from "./source_kinds.ts";

const sampleRate: SourceOption = {
  flags: "--sample-rate <hertz>",
  help: "of the waveforms (default: 16000)",
  parse: aboveZero,
};
const keepEncoded: SourceOption = {
  flags: "--keep-encoded",
  help: "keeps the files' own bytes, not waveforms",
};

/** Sources of sounds, by the names that `data import` takes. */
export const soundKinds: Readonly<Record<string, SourceKind>> = {
  "audio": {
    reads: "a folder of WAV and FLAC files; its folders are splits and classes",
    takes: "path",
    options: [sampleRate, keepEncoded, noLabels, {
      flags: "--words <where>",
      help: "text of each sound: the file's name, a .txt beside it, or metadata.csv (default: none)",
      choices: ["none", "fileName", "txt", "csv"],
    }, sorted],
    make: async (paths, { words, labels, sorted, ...flags }) => {
      const { audioFolderSource } = await import("./audio_folder_source.ts");
      return await audioFolderSource({
        path: onlyPath(paths),
        ...flags,
        ...orderOf(sorted),
        ...(labels === false ? { labels } : {}),
        ...(words ? { text: words } : {}),
      });
    },
  },
  "asterisk": {
    reads: "telephone prompts in five languages, from Debian's asterisk-core-sounds-*-wav",
    takes: "nothing",
    options: [sampleRate, keepEncoded, {
      flags: "--languages <names>",
      help: "some of en,es,fr,it,ru, which are the classes (default: en)",
      parse: names,
    }, sorted],
    make: async (_, { sorted, ...flags }) => {
      return await (await import("./asterisk_source.ts")).asteriskSource({ ...flags, ...orderOf(sorted) });
    },
  },
};
