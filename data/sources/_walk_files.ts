/**
 * Every file below a folder, as paths within it, in an order that is always the same: by name, folder by folder. Links to files are
 * followed, links to folders are not, as they may lead in circles. Only the names of the folders it stands in are held.
 */
export async function* walkFiles(root: string, within = ""): AsyncGenerator<string> {
  const entries = await sortedEntries(`${root}/${within}`);
  for (const { name, isDirectory, isFile, isSymlink } of entries) {
    const path = `${within}${name}`;
    if (isDirectory) yield* walkFiles(root, `${path}/`);
    else if (isFile || (isSymlink && await isFileBehind(`${root}/${path}`))) yield path;
  }
}

/** What is in a folder, by name in the order of UTF-16. */
export async function sortedEntries(folder: string): Promise<Deno.DirEntry[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.sort((a, b) => a.name < b.name ? -1 : 1);
}

async function isFileBehind(link: string): Promise<boolean> {
  try {
    return (await Deno.stat(link)).isFile;
  } catch {
    return false; // a link to nothing
  }
}
