import type { Source, SourceItem, SplitSource } from "../sources/source.ts";

/** What somebody who watches a source is told. */
export type Watcher = {
  /** The items of a split are asked for, from one on. */
  readonly onBegin: (split: string, from: number) => void;
  /** An item has no row. */
  readonly onDropped: (split: string, detail: string) => void;
};

const PATIENCE = 50; // ms between two looks at what else there is to do

/** The same source, watched. Now and then it lets the event loop go round, so that signals are heard and timers run. */
export function watchedSource(source: Source, watcher: Watcher): Source {
  const splits = Object.entries(source.splits).map(([name, split]) => [name, watched(name, split, watcher)]);
  return { ...source, splits: Object.fromEntries(splits) };
}

function watched(name: string, split: SplitSource, { onBegin, onDropped }: Watcher): SplitSource {
  return {
    ...split,
    items: async function* (from): AsyncGenerator<SourceItem> {
      onBegin(name, from);
      let last = performance.now();
      for await (const item of split.items(from)) {
        if ("dropped" in item) onDropped(name, item.detail);
        yield item;
        if (performance.now() - last < PATIENCE) continue;
        await new Promise((resolve) => setTimeout(resolve));
        last = performance.now();
      }
    },
  };
}
