import type { FuzzTarget } from "./_target.ts";

function faulty(name: string, read: () => Promise<string>): FuzzTarget {
  let isWhole = true;
  return {
    name,
    isChecked: true,
    make: async (folder) => {
      await Deno.writeTextFile(`${folder}/file`, "a file");
      return ["file"];
    },
    read: async () => {
      const digest = isWhole ? "whole" : await read();
      isWhole = false;
      return { digest, numDropped: 0 };
    },
  };
}

/** Readers that meet a damaged file in every way that they must not, to see that it is noticed. */
export const faultyTargets: readonly FuzzTarget[] = [
  faulty("believes", () => Promise.resolve("other data")),
  faulty("throws", () => Promise.reject(new TypeError("x is undefined"))),
  faulty("exits", () => Deno.exit(9)),
  faulty("hangs", () => {
    while (true);
  }),
  faulty("swells", () => Promise.resolve(`whole${new Uint8Array(400e6).fill(1).at(-1) === 0}`)),
];
