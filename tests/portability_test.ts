import { useDevice } from "@lacuna/tensor";
import assert from "node:assert/strict";
import { probeNetwork } from "./_probe_network.ts";
import { root } from "./_workplace.ts";

const script = `${root}/tests/_wasm_probe.ts`;
const bundles = Deno.makeTempDirSync({ prefix: "lacuna_" });
globalThis.addEventListener("unload", () => Deno.removeSync(bundles, { recursive: true }));

/** Runs a program; what it printed, or why it failed. */
async function run(program: string, args: readonly string[]): Promise<{ out?: string; reason: string }> {
  try {
    const command = new Deno.Command(program, { args: [...args], cwd: root, env: { NO_COLOR: "1" } });
    const { code, stdout, stderr } = await command.output();
    const reason = new TextDecoder().decode(stderr).trim();
    return code === 0 ? { out: new TextDecoder().decode(stdout), reason } : { reason };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { reason: `there is no ${program}` };
    throw error;
  }
}

/** The probe as one file of JavaScript; or why there is none, as Deno downloads its bundler. */
async function bundle(platform: "deno" | "browser"): Promise<{ path: string; reason: string }> {
  const path = `${bundles}/${platform}.mjs`;
  const { out, reason } = await run(Deno.execPath(), [
    ...["bundle", "--quiet", "--platform", platform, "--output", path, script],
  ]);
  return { path, reason: out === undefined ? reason.split("\n")[0]! : "" };
}

/** The first of these programs that answers, or why none does. */
async function find(...programs: string[]): Promise<{ program: string; reason: string }> {
  for (const program of programs) {
    if ((await run(program, ["--version"])).out !== undefined) return { program, reason: "" };
  }
  return { program: "", reason: `there is no ${programs.join(" or ")}` };
}

/** Asserts that the probe found the same numbers as plain JavaScript; returns what the device said of itself. */
async function assertSame({ out, reason }: { out?: string; reason: string }): Promise<string> {
  assert.match(out ?? reason, /^\{/);
  const { detail, numbers } = JSON.parse(out!) as { detail: string; numbers: number[] };
  await useDevice("cpu");
  const expected = await probeNetwork();
  const scale = Math.max(...expected.map(Math.abs));
  assert.equal(numbers.length, expected.length);
  const worst = numbers.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0);
  assert.ok(worst <= 1e-5 * scale, `off by ${worst} of ${scale}`); // float32, through a softmax and a norm
  return detail;
}

Deno.test("the portable device starts in Deno without any permission, and does not keep the program", async () => {
  const detail = await assertSame(await run(Deno.execPath(), ["run", "--no-prompt", script]));
  const numCores = navigator.hardwareConcurrency;
  assert.match(detail, numCores > 1 ? new RegExp(`SIMD, ${numCores} threads$`) : /SIMD, one thread$/);
});

const node = await find("node");
const nodeBundle = node.reason ? undefined : await bundle("deno");
const noNode = node.reason || nodeBundle!.reason;
Deno.test({
  name: `the portable device runs in Node.js${noNode && ` (skipped: ${noNode})`}`,
  ignore: noNode !== "",
  fn: async () => {
    const detail = await assertSame(await run(node.program, [nodeBundle!.path]));
    assert.match(detail, /WebAssembly with (relaxed )?SIMD, (\d+ threads|one thread)$/); // by its age and the machine
  },
});

const browser = await find("chromium", "chromium-browser", "google-chrome");
const browserBundle = browser.reason ? undefined : await bundle("browser");
const noBrowser = browser.reason || browserBundle!.reason;
for (const isolated of [false, true]) {
  const threads = isolated
    ? "threads where the page is isolated"
    : "one thread where the page is not isolated";
  Deno.test({
    name: `the portable device runs in a browser, on ${threads}${noBrowser && ` (skipped: ${noBrowser})`}`,
    ignore: noBrowser !== "",
    fn: async () => {
      const permissions = ["--allow-net=127.0.0.1", "--allow-read", "--allow-write", "--allow-run"];
      const detail = await assertSame(
        await run(Deno.execPath(), [
          ...["run", "--no-prompt", ...permissions, `${root}/tests/_show_page.ts`],
          ...[browser.program, browserBundle!.path, ...isolated ? ["isolated"] : []],
        ]),
      );
      const hasThreads = isolated && navigator.hardwareConcurrency > 1;
      assert.match(detail, hasThreads ? /SIMD, \d+ threads$/ : /SIMD, one thread$/);
    },
  });
}
