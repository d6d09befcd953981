/**
 * FNV-1a hash of a name's UTF-16 code units, in [0, 2³²): for ASCII the one over its bytes.
 * @param name Any text.
 * @param start Hash of the text before it: hash("ab") is hash("b", hash("a")).
 * @see Fowler, Noll, Vo: "FNV Hash", 32-bit variant 1a
 */
export function nameHash(name: string, start = 0x811c9dc5): number {
  let hash = start;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
