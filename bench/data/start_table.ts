import { findPython } from "../_start_contenders.ts";
import { median } from "../_median.ts";
import { table } from "../_table.ts";
import { scriptArgs } from "./run_script.ts";
import type { PeerData, Work } from "./setup.ts";

/** Who makes a first batch, and of what. */
type Starter = { readonly name: string; readonly command: string; readonly args: readonly string[] };

const peer = `${import.meta.dirname}/../peers/loader.py`;

/** Times the first batch of a process that was just started, in turn: from its start, and from when its libraries were loaded. */
export async function startTable(folder: string, work: Work, numRounds: number): Promise<string> {
  const small = { ...work, size: 32 };
  const ours = (name: string, numWorkers: number, size: number): Starter => ({
    name: `Lacuna, ${name}, ${numWorkers} workers`,
    command: "deno",
    args: scriptArgs("our_loader.ts", [
      JSON.stringify({ ...work, path: `${folder}/${name}`, numWorkers, size }),
      "--first",
    ]),
  });
  const python = await findPython();
  const theirs = (data: PeerData["data"], path: string, setup: Work): Starter => ({
    name: `PyTorch, ${data}, ${setup.numWorkers} workers`,
    command: python,
    args: [
      peer,
      JSON.stringify({
        ...setup,
        data,
        path: `${folder}/${path}`,
        decode: "torchvision",
        transforms: "v2",
        late: true,
      }),
      "--first",
    ],
  });
  const { numWorkers } = work;
  const starters = [
    ours("start", 0, small.size), // 1,000 shards
    ours("start", numWorkers, small.size),
    theirs("webdataset", "start-tars", { ...small, numWorkers: 0 }), // 1,000 tars
    theirs("webdataset", "start-tars", small),
    ours("encoded", numWorkers, work.size),
    theirs("folder", "photos/train", work),
  ];
  const rows: string[][] = [];
  const times = starters.map(() => ({ process: [] as number[], loaded: [] as number[] }));
  for (let round = 0; round <= numRounds; round++) {
    for (const [i, { command, args }] of starters.entries()) {
      const start = performance.now();
      const { stdout, code } = await new Deno.Command(command, { args: [...args], stderr: "inherit" })
        .output();
      if (code !== 0) throw new Error(`${starters[i]!.name} ended with code ${code}: see its message above`);
      if (round === 0) continue; // files come into the page cache
      times[i]!.process.push(performance.now() - start);
      times[i]!.loaded.push(JSON.parse(new TextDecoder().decode(stdout)).milliseconds);
    }
  }
  for (const [i, { name }] of starters.entries()) {
    const { process, loaded } = times[i]!;
    rows.push([name, median(loaded).toFixed(0), median(process).toFixed(0)]);
  }
  return table(["first batch of 64", "ms, libraries loaded", "ms, whole process"], rows);
}
