import assert from "node:assert/strict";
import config from "../deno.json" with { type: "json" };
import { root } from "./_workplace.ts";

/** Members whose modules each member may import, besides its own. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  random: [],
  tensor: ["random"],
  data: ["random", "tensor"],
  masking: ["random", "tensor", "data"],
  encoders: ["random", "tensor", "data", "masking"],
  objectives: ["random", "tensor", "data", "masking", "encoders"],
  pipelines: ["random", "tensor", "data", "masking", "encoders", "objectives"],
  evaluation: ["random", "tensor", "data", "masking", "encoders", "objectives"],
};

/** What belongs to evaluation's command line, which reads the runs that `pipelines` writes. */
const readsRuns = ["cli.ts", "evaluate_run.ts", "run_report.ts", "training_curves.ts"]
  .map((file) => `evaluation/${file}`);

type Import = { readonly from: string; readonly to: string };
type Module = {
  readonly specifier: string;
  /** Bytes of its source. */
  readonly size?: number;
  readonly dependencies?: readonly { readonly code?: Resolved; readonly type?: Resolved }[];
};
type Resolved = { readonly specifier?: string };

const base = `file://${root}/`;

/** Every module, our own and packages, that a module leads to, by imports of values or of types; itself among them. */
async function graphOf(file: string): Promise<Module[]> {
  const args = ["info", "--json", `${root}/${file}`];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return (JSON.parse(new TextDecoder().decode(stdout)) as { modules: Module[] }).modules;
}

/** Every import, of values or of types, between two files of the repository that a module leads to; paths below the root. */
async function importsOf(file: string): Promise<Import[]> {
  const modules = await graphOf(file);
  return modules.flatMap(({ specifier, dependencies = [] }) =>
    dependencies.flatMap(({ code, type }) => [code, type]).flatMap((to) =>
      to?.specifier?.startsWith(base) && specifier.startsWith(base)
        ? [{ from: specifier.slice(base.length), to: to.specifier.slice(base.length) }]
        : []
    )
  );
}

/** Every public module of a member. */
function modulesOf(member: string): string[] {
  const { exports } = JSON.parse(Deno.readTextFileSync(`${root}/${member}/deno.json`));
  return Object.values<string>(exports).map((file) => `${member}/${file.slice("./".length)}`);
}

function memberOf(file: string): string {
  return file.split("/")[0]!;
}

const members = config.workspace.map((folder) => folder.replace("./", ""));

Deno.test("the workspace's members are the ones whose direction is known", () => {
  assert.deepEqual(members.toSorted(), Object.keys(mayImport).toSorted());
});

for (const member of members) {
  Deno.test(`${member}'s front door leads back along data → masking → encoders → objectives → pipelines → evaluation`, async () => {
    const imports = await importsOf(`${member}/mod.ts`);
    const own = imports.filter(({ from }) => memberOf(from) === member);
    assert.ok(own.length > 0);
    for (const { from, to } of imports) {
      const allowed = [memberOf(from), ...mayImport[memberOf(from)]!];
      assert.ok(allowed.includes(memberOf(to)), `${from} imports ${to}`);
    }
  });
}

Deno.test("of pipelines only what exports a run imports interop", async () => {
  const folder = "pipelines/interop/";
  const imports = await importsOf("pipelines/mod.ts");
  const into = imports.filter(({ from, to }) => to.startsWith(folder) && !from.startsWith(folder));
  assert.deepEqual([...new Set(into.map(({ from }) => from))], ["pipelines/export_run.ts"]);
});

Deno.test("only evaluation's command line imports pipelines", async () => {
  for (const member of members.filter((member) => member !== "pipelines")) {
    for (const file of modulesOf(member)) {
      for (const { from, to } of await importsOf(file)) {
        const isInto = memberOf(to) === "pipelines" && memberOf(from) !== "pipelines";
        assert.ok(!isInto || readsRuns.includes(from), `${from} imports ${to}`);
        const back = memberOf(to) === memberOf(from) || mayImport[memberOf(from)]!.includes(memberOf(to));
        assert.ok(back || isInto, `${from} imports ${to}`);
      }
    }
  }
});

for (const file of modulesOf("objectives")) {
  const [numModules, numKiB] = file === "objectives/mod.ts" ? [64, 80] : [24, 32];
  Deno.test(`${file} leads to tfjs-core and at most ${numModules} small modules of ours`, async () => {
    const modules = await graphOf(file);
    const own = modules.filter(({ specifier }) => specifier.startsWith(base));
    const others = modules.map(({ specifier }) => specifier).filter((specifier) =>
      !specifier.startsWith(base)
    );
    assert.deepEqual(
      others.filter((specifier) => !/^npm:\/?@tensorflow\/tfjs-core@[\d.]+$/.test(specifier)),
      [],
    );
    const members = new Set(own.map(({ specifier }) => memberOf(specifier.slice(base.length))));
    assert.deepEqual([...members].filter((name) => !["objectives", "random", "tensor"].includes(name)), []);
    const kib = own.reduce((sum, { size = 0 }) => sum + size, 0) / 1024;
    assert.ok(own.length <= numModules && kib <= numKiB, `${own.length} modules, ${kib.toFixed(1)} KiB`);
  });
}
