/** Sets that `data import` brings by their name alone, and that stand in a folder of this name unless told otherwise. */
export const namedSets: readonly string[] = [
  "mnist",
  "fashion-mnist",
  "emoji",
  "asterisk",
  "sotu",
  "spam-assassin",
];

const tasksFolder = /^(?:.*\/)?\.lacuna\/data\/([^/]+)$/; // where the tasks keep their sets

/** How to mend a data set of which a file is missing or damaged: the command that writes it again, or what to do behind a URL. */
export function mendAdvice(file: string): string {
  const folder = file.replace(/\/[^/]*$/, "");
  if (/^https?:/.test(file)) {
    return `upload the set to ${folder} again; \`deno task data verify\` tells whether the one at home is whole`;
  }
  const name = tasksFolder.exec(folder)?.[1];
  const command = name !== undefined && namedSets.includes(name) ? name : `<source> --out ${name ?? folder}`;
  return `write the data set in ${folder} again with \`deno task data import ${command} --replace\``;
}
