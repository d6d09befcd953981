/** A folder for one test, removed when the test's scope ends. */
export class TemporaryFolder {
  /** Where it is. */
  readonly path: string = Deno.makeTempDirSync({ prefix: "lacuna_" });

  /** Removes it with all that is in it. */
  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
