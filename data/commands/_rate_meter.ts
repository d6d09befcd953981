import type { WriteProgress } from "../shards/write_shards.ts";

const WINDOW = 10; // s that the rate is measured over

type Mark = { readonly seconds: number; readonly items: number; readonly bytes: number };

/** How fast an import is, over its last seconds. */
export class RateMeter {
  #split = "";
  #marks: Mark[] = [];

  /** Takes how far a split is; of another split than before, it begins anew. */
  add({ split, items, bytes }: WriteProgress, seconds: number = performance.now() / 1000): void {
    if (split !== this.#split) this.begin(split, 0, seconds);
    this.#marks.push({ seconds, items, bytes });
    const isOld = (mark: Mark) => mark.seconds < seconds - WINDOW;
    while (this.#marks.length > 2 && isOld(this.#marks[1]!)) this.#marks.shift();
  }

  /** A split begins, behind what an earlier import has done. */
  begin(split: string, items: number, seconds: number = performance.now() / 1000): void {
    this.#split = split;
    this.#marks = [{ seconds, items, bytes: NaN }];
  }

  /** Of the last seconds; NaN before there are any. */
  get itemsPerSecond(): number {
    return this.#perSecond("items");
  }

  /** Of shards written in the last seconds; NaN before there are any. */
  get bytesPerSecond(): number {
    return this.#perSecond("bytes");
  }

  #perSecond(what: "items" | "bytes"): number {
    const first = this.#marks.find((mark) => !Number.isNaN(mark[what])), last = this.#marks.at(-1);
    return first && last ? (last[what] - first[what]) / (last.seconds - first.seconds) : NaN;
  }
}
