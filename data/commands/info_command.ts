/**
 * What there is to know about a set.
 * @module
 */
import type { Command } from "commander";
import { encodePng } from "../images/encode_png.ts";
import type { Dataset, Split } from "../shards/open_dataset.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { writeAtomically } from "../write_atomically.ts";
import { sayer, splitOf, withSet } from "./_commands.ts";
import { drawSheet } from "./_draw_sheet.ts";
import { formatInfo } from "./_format_info.ts";
import { besideSet, setFolder } from "./_open_set.ts";
import { renderInfo } from "./_render_info.ts";
import { collectSamples } from "./_samples.ts";
import { shownColumn } from "./_view.ts";

type Flags = {
  readonly split?: string;
  readonly sheet?: string | true;
  readonly html?: string | true;
  readonly json?: boolean;
};

const PER_CLASS = 10; // samples
const IN_ALL = 50;
const IN_OTHERS = 24; // of the page's splits but the first
const TEXTS = 18; // which are long

/** Adds `data info`. */
export function addInfoCommand(program: Command, terminal: Terminal): void {
  program.command("info <set>")
    .description("Tells what a set is: rows, columns, classes, statistics, licence")
    .option(
      "--sheet [file]",
      "a contact sheet of samples, as a PNG picture (default: sheet.png in the set's folder)",
    )
    .option("--html [file]", "a page with all of it, which opens offline (default: info.html there)")
    .option("--split <name>", "which one is shown in the sheet and in the page (default: the first, and all)")
    .option("--json", "the facts as JSON, for a script")
    .action((set: string, flags: Flags) => info(set, flags, terminal));
}

async function info(set: string, flags: Flags, terminal: Terminal): Promise<void> {
  const say = sayer(terminal);
  await withSet(set, async (dataset) => {
    const { manifest } = dataset;
    if (flags.json) say(JSON.stringify(factsOf(dataset), null, 2));
    else if (!flags.sheet && !flags.html) say(formatInfo(manifest, setFolder(set)));
    if (flags.sheet) {
      const split = splitOf(dataset, flags.split);
      const { height, width, pixels } = drawSheet(
        manifest.name,
        split,
        await collectSamples(split, PER_CLASS, IN_ALL),
      );
      const file = flags.sheet === true ? besideSet(set, "sheet.png") : flags.sheet;
      writeAtomically(file, encodePng({ height, width, channels: 3, pixels }));
      say(`Contact sheet: ${file}`);
    }
    if (flags.html) {
      const names = flags.split === undefined ? Object.keys(manifest.splits) : [flags.split];
      const shown = [];
      for (const name of names) {
        const split = splitOf(dataset, name);
        shown.push({
          split,
          groups: await collectSamples(
            split,
            PER_CLASS,
            isText(split) ? TEXTS : shown.length === 0 ? IN_ALL : IN_OTHERS,
          ),
        });
      }
      const file = flags.html === true ? besideSet(set, "info.html") : flags.html;
      writeAtomically(file, renderInfo(manifest, setFolder(set), shown));
      say(`Page: ${file}`);
    }
  });
}

function isText(split: Split): boolean {
  return ["text", "tokens"].includes(shownColumn(split.columns).kind);
}

/** The manifest without the list of blocks, which is long and of no use to a reader. */
function factsOf({ manifest }: Dataset): object {
  const splits = Object.entries(manifest.splits).map(([name, split]) => [name, {
    ...split,
    shards: split.shards.map(({ blocks, ...shard }) => ({ ...shard, blocks: blocks.length })),
  }]);
  return { ...manifest, splits: Object.fromEntries(splits) };
}
