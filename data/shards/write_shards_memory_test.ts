import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";

const MEGABYTES = 256;

Deno.test("writing, reading and verifying 256 MB takes far less memory than that", () =>
  withTempFolder(async (folder) => {
    const script = new URL("_flood.ts", import.meta.url).pathname;
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-read", `--allow-write=${folder}`, script, folder, `${MEGABYTES}`],
      stderr: "inherit",
    }).output();
    assert.ok(success);
    const { peaks, problems } = JSON.parse(new TextDecoder().decode(stdout));
    assert.deepEqual(problems, []);
    const { start, ...phases } = peaks as Record<string, number>;
    assert.deepEqual(Object.keys(phases), ["write", "read", "read into", "verify"]);
    for (const [phase, peak] of Object.entries(phases)) {
      const grown = (peak - start!) / 1e6; // one block, and what waits for the garbage collector
      assert.ok(grown < 0.7 * MEGABYTES, `${phase} took ${grown.toFixed(0)} MB`);
    }
  }));
