/**
 * A file of an npm package, "npm:name@1.0.0/file". The import map names the package too, so that it is locked and fetched with the others;
 * an import statement of its bytes is nothing that JSR would publish yet.
 * @see https://github.com/denoland/deno/issues/29904
 */
export async function packageBytes(specifier: string): Promise<Uint8Array<ArrayBuffer>> {
  const module: { default: Uint8Array<ArrayBuffer> } = await import(specifier, { with: { type: "bytes" } });
  return module.default;
}
