/** Where distributions put shared libraries: a permission to load one is for a path. */
const FOLDERS = {
  linux: [
    "/usr/lib/x86_64-linux-gnu", // Debian, Ubuntu
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64", // Fedora
    "/usr/lib", // Arch
  ],
  macos: ["/opt/homebrew/lib", "/usr/local/lib"],
};

/** Paths where a decoder's library may be, in the order in which they are tried. */
export const libraryPaths = {
  turboJpeg: pathsOf("libturbojpeg.so.0", "libturbojpeg.dylib"),
  webp: pathsOf("libwebp.so.7", "libwebp.dylib"),
} as const satisfies Record<string, readonly string[]>;

function pathsOf(linux: string, macos: string): string[] {
  return [
    ...FOLDERS.linux.map((folder) => `${folder}/${linux}`),
    ...FOLDERS.macos.map((folder) => `${folder}/${macos}`),
  ];
}

/** A library of the system, and where it is. */
export type SystemLibrary<S extends Deno.ForeignLibraryInterface> = {
  readonly path: string;
  readonly functions: Deno.DynamicLibrary<S>["symbols"];
};

/** The first library of the paths that is there and that the program may load; it never asks for a permission. */
export function openLibrary<S extends Deno.ForeignLibraryInterface>(
  paths: readonly string[],
  symbols: S,
): SystemLibrary<S> | undefined {
  for (const path of paths) {
    if (Deno.permissions.querySync({ name: "ffi", path }).state !== "granted") continue;
    try {
      return { path, functions: Deno.dlopen(path, symbols).symbols };
    } catch {
      continue; // not there, or too old to have all the functions
    }
  }
  return undefined;
}
