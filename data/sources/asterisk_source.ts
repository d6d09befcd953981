/**
 * Recorded speech in five languages that Debian carries.
 * @module
 */
import { isMissing } from "../_is_missing.ts";
import { SourceError } from "../source_error.ts";
import { listFolder } from "./_list_files.ts";
import { nameShare } from "./_name_share.ts";
import { readSound, soundColumn, type SoundOptions } from "./_read_sound.ts";
import { shuffledItems } from "./_shuffled_items.ts";
import { sortedEntries } from "./_sorted_entries.ts";
import type { ItemOrder } from "./item_order.ts";
import type { Source, SourceItem, SplitSource } from "./source.ts";

/** A language that there is a package for. */
export type AsteriskLanguage = "en" | "es" | "fr" | "it" | "ru";

/** Which languages, and what becomes of the sounds. */
export type AsteriskOptions = {
  /** In the order of their labels; English alone by default. */
  readonly languages?: readonly AsteriskLanguage[];
  /** Where the packages' files are; /usr/share/asterisk/sounds by default. */
  readonly path?: string;
  /** Of the waveforms, in Hz; 16,000 by default. The recordings have 8,000. */
  readonly sampleRate?: number;
  /** Keeps the files' own bytes in the place of waveforms. */
  readonly keepEncoded?: boolean;
  /** "shuffled" by default; "sorted" is language by language, by name. */
  readonly order?: ItemOrder;
};

/** A recording: which file, in which language. */
type Recording = {
  readonly path: string;
  readonly language: AsteriskLanguage;
  readonly label: number;
  readonly text: string;
};

const testShare = 0.1;

/**
 * The prompts of the Asterisk telephone exchange, as Debian's packages `asterisk-core-sounds-*-wav` have them: about 570 recordings of
 * one voice a language. The columns are `audio`, `label`, which is the language, and `text`, the prompt's name, which is
 * English in every language ("vm-goodbye" is "vm goodbye"). A tenth of the names, by a hash, are the split "test": the same in
 * all languages. Recordings of silence are dropped.
 * @param options Which languages and how.
 * @throws {SourceError} If a language's package is not installed.
 */
export async function asteriskSource(options: AsteriskOptions = {}): Promise<Source> {
  const { languages = ["en"], path = "/usr/share/asterisk/sounds" } = options;
  const recordings: Recording[] = [];
  for (const [label, language] of languages.entries()) {
    const folder = await findVoice(path, language);
    for await (const { path: file } of listFolder(folder)) {
      if (file.endsWith(".wav")) {
        recordings.push({ path: `${folder}/${file}`, language, label, text: file.slice(0, -".wav".length) });
      }
    }
  }
  return {
    name: "asterisk-core-sounds",
    source: languages.map((language) => `Debian asterisk-core-sounds-${language}-wav`).join(", "),
    licence: "CC-BY-SA-3.0; Italian and Russian CC-BY-3.0",
    columns: [
      soundColumn(options),
      { name: "label", kind: "label", classNames: languages },
      { name: "text", kind: "text" },
    ],
    splits: {
      train: splitOf(recordings.filter(({ text }) => nameShare("asterisk", text) >= testShare), options),
      test: splitOf(recordings.filter(({ text }) => nameShare("asterisk", text) < testShare), options),
    },
  };
}

/** The folder of the language's voice, such as en_US_f_Allison; "en" and "en_US" beside it are links to it. */
async function findVoice(path: string, language: AsteriskLanguage): Promise<string> {
  const entries = await sortedEntries(path).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const voice = entries.find(({ name, isDirectory }) => isDirectory && name.startsWith(`${language}_`));
  if (voice) return `${path}/${voice.name}`;
  throw new SourceError(
    path,
    `${path} has no recordings in "${language}": install them with \`apt install asterisk-core-sounds-${language}-wav\``,
  );
}

function splitOf(found: readonly Recording[], options: AsteriskOptions): SplitSource {
  const recordings = options.order === "sorted"
    ? found
    : shuffledItems(found, ({ language, text }) => `${language}/${text}`);
  return {
    numItems: recordings.length,
    items: async function* (from) {
      for (const recording of recordings.slice(from)) yield await readItem(recording, options);
    },
  };
}

async function readItem({ path, label, text }: Recording, options: SoundOptions): Promise<SourceItem> {
  if (text.startsWith("silence/")) return { dropped: "is silence", detail: path };
  const sound = await readSound(path, options);
  if ("dropped" in sound) return sound;
  return { row: { audio: sound.audio, label, text: text.split("/").at(-1)!.replaceAll(/[-_]+/g, " ") } };
}
