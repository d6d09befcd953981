/**
 * A file of an npm package, "npm:name@1.0.0/file". The import map names the package too, so that it is locked and fetched with the others;
 * an import statement of its bytes is nothing that JSR would publish yet. Where nobody has named the package before, bytes alone do not
 * install it, so a JSON file of it comes first.
 * @see https://github.com/denoland/deno/issues/29904
 */
export async function packageBytes(specifier: string): Promise<Uint8Array<ArrayBuffer>> {
  const [packageName] = /^npm:(@[^/]+\/)?[^/]+/.exec(specifier)!;
  await import(`${packageName}/package.json`, { with: { type: "json" } });
  const module: { default: Uint8Array<ArrayBuffer> } = await import(specifier, { with: { type: "bytes" } });
  return module.default;
}
