/**
 * Path of a file in a folder.
 * @throws {RangeError} If the folder is a URL, but not of a file.
 */
export function pathIn(folder: string | URL, file: string): string {
  if (typeof folder === "string") return `${folder}/${file}`;
  if (folder.protocol !== "file:") {
    throw new RangeError(`Cannot open ${folder} as a folder: use openRemoteDataset() of @lacuna/data/remote`);
  }
  const path = decodeURIComponent(new URL(file, folder.href.replace(/\/?$/, "/")).pathname);
  return Deno.build.os === "windows" ? path.slice(1) : path;
}
