// Serves a page with one script to a browser without a screen, and prints the first line that the script writes to the console.
// deno run --allow-net=127.0.0.1 --allow-read --allow-write --allow-run tests/_show_page.ts <browser> <script> [isolated]
const [browser, script, isolated] = Deno.args as [string, string, string?];

/** With these a page may share memory with workers. */
const isolation = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

const page = `<!doctype html><script>
const tell = (text) => fetch("/told", { method: "POST", body: text });
console.log = tell;
onerror = (message) => tell(message);
onunhandledrejection = ({ reason }) => tell(String(reason?.stack));
</script><script type="module" src="/script.js"></script>`;

const told = Promise.withResolvers<string>();
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
  const { pathname } = new URL(request.url);
  const reply = (body: string, type: string) =>
    new Response(body, { headers: { "content-type": type, ...isolated ? isolation : {} } });
  if (pathname === "/") return reply(page, "text/html");
  if (pathname === "/script.js") return reply(await Deno.readTextFile(script), "text/javascript");
  if (pathname === "/told") told.resolve(await request.text());
  return reply("", "text/plain");
});
const profile = Deno.makeTempDirSync({ prefix: "lacuna_" });
const quiet = [
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const flags = ["--headless", "--no-sandbox", "--disable-gpu", ...quiet, `--user-data-dir=${profile}`];
const process = new Deno.Command(browser, {
  args: [...flags, `http://127.0.0.1:${server.addr.port}/`],
  stdout: "null",
  stderr: "null",
}).spawn();
const timeout = setTimeout(() => told.reject(new Error("The page said nothing for a minute")), 60_000);
try {
  console.log(await told.promise);
} finally {
  clearTimeout(timeout);
  process.kill();
  await process.status;
  await server.shutdown();
  await remove(profile);
}

/** The browser's helpers outlive it by a moment and go on writing. */
async function remove(folder: string): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return Deno.removeSync(folder, { recursive: true });
    } catch (error) {
      if (tries === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
