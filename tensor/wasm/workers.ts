/** What a worker needs to become a thread of the kernels. */
export type ThreadStart = {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Where its stack ends; it grows down. */
  readonly stack: number;
  /** Where its thread-local data lie. */
  readonly locals: number;
};

/** A worker's script: an instance of the module on the shared memory, with a stack of its own, that never comes back. */
const help = `({ module, memory, stack, locals }, ready) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  exports.__stack_pointer.value = stack;
  exports.__wasm_init_tls(locals);
  ready();
  exports.help_forever();
}`;
const nodeScript = `const { parentPort, workerData } = require("node:worker_threads");
(${help})(workerData, () => parentPort.postMessage("ready"));`;
const webScript = `onmessage = ({ data }) => (${help})(data, () => postMessage("ready"));`;

/** The part of \`node:worker_threads\` that is used. */
type NodeWorkers = {
  readonly Worker: new (script: string, options: { eval: true; workerData: unknown }) => {
    once(event: string, listener: (value: unknown) => void): void;
    unref(): void;
  };
};

/** Built into Node.js and Deno, where a thread of its kind does not keep the program alive; absent in browsers. */
export function builtin<T>(name: string): T | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.(name) as T | undefined;
}

/**
 * Starts a thread of the kernels in a worker, which needs no permission and ends with the program.
 * @throws {Error} If the worker does not start, as where a page's security policy forbids it.
 */
export async function startWorker(start: ThreadStart): Promise<void> {
  const workers = builtin<NodeWorkers>("node:worker_threads");
  if (workers) {
    const worker = new workers.Worker(nodeScript, { eval: true, workerData: start });
    await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    worker.unref();
  } else {
    const url = URL.createObjectURL(new Blob([webScript], { type: "text/javascript" }));
    const worker = new Worker(url);
    await new Promise((resolve, reject) => {
      worker.onmessage = resolve;
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(start);
    });
    URL.revokeObjectURL(url);
  }
}
