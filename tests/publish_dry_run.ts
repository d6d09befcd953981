/**
 * Rehearses the publication of the root module and of every member.
 *
 * @module
 */
const { workspace } = JSON.parse(await Deno.readTextFile("deno.json")) as { workspace: string[] };
for (const folder of [".", ...workspace]) {
  const { success, stderr } = await new Deno.Command("deno", {
    args: ["publish", "--dry-run", "--allow-dirty", "--quiet"],
    cwd: folder,
  }).output();
  console.log(`${success ? "ok" : "no"} ${folder}`);
  if (!success) {
    console.error(new TextDecoder().decode(stderr));
    Deno.exitCode = 1;
  }
}
