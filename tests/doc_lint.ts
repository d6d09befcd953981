/**
 * Lints the documentation of every public module: `deno doc --lint`, less what it says of types that belong to tfjs. Deno counts a
 * type from an npm package as private unless the package that uses it exports it again.
 *
 * @module
 */
const foreignTypes = /references private type '(Tensor(\dD)?|Scalar|Variable|Rank)'/;

/** Every exported file of every member, from their `deno.json`. */
async function publicModules(): Promise<string[]> {
  const { workspace } = JSON.parse(await Deno.readTextFile("deno.json")) as { workspace: string[] };
  const modules = ["mod.ts"];
  for (const member of workspace) {
    const { exports } = JSON.parse(await Deno.readTextFile(`${member}/deno.json`));
    modules.push(...Object.values<string>(exports).map((file) => `${member}/${file.slice("./".length)}`));
  }
  return modules;
}

const { success, stderr } = await new Deno.Command("deno", {
  args: ["doc", "--lint", ...await publicModules()],
  env: { NO_COLOR: "1" },
}).output();
const said = new TextDecoder().decode(stderr);
const complaints = said.split(/\n(?=error)/).filter((text) => text.startsWith("error["));
const own = complaints.filter((text) => !foreignTypes.test(text));
if (!success && complaints.length === 0) own.push(said); // it could not even read them
console.log(own.length === 0 ? "Documentation is complete" : own.join("\n"));
Deno.exitCode = own.length === 0 ? 0 : 1;
