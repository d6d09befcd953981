/** Folders where distributions put shared libraries: a permission to load one is for a path. */
const FOLDERS: readonly string[] = [
  "/usr/lib/x86_64-linux-gnu", // Debian, Ubuntu
  "/usr/lib/aarch64-linux-gnu",
  "/usr/lib64", // Fedora
  "/usr/lib", // Arch
  "/opt/homebrew/lib", // macOS
  "/usr/local/lib",
];

/** A library of the system, and where it is. */
export type SystemLibrary<S extends Deno.ForeignLibraryInterface> = {
  readonly path: string;
  readonly functions: Deno.DynamicLibrary<S>["symbols"];
};

/** The first library of one of the names that is there and that the program may load; it never asks for a permission. */
export function openLibrary<S extends Deno.ForeignLibraryInterface>(
  names: readonly string[],
  symbols: S,
): SystemLibrary<S> | undefined {
  for (const path of FOLDERS.flatMap((folder) => names.map((name) => `${folder}/${name}`))) {
    if (Deno.permissions.querySync({ name: "ffi", path }).state !== "granted") continue;
    try {
      return { path, functions: Deno.dlopen(path, symbols).symbols };
    } catch {
      continue; // not there, or too old to have all the functions
    }
  }
  return undefined;
}
