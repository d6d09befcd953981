/** What stands in parsed JSON under a dotted name, "caption.en" or "boxes.0"; a name that has dots itself comes first. */
export function fieldOf(json: unknown, name: string): unknown {
  if (typeof json !== "object" || json === null) return undefined;
  if (Object.hasOwn(json, name)) return (json as Record<string, unknown>)[name];
  const dot = name.indexOf(".");
  if (dot === -1 || !Object.hasOwn(json, name.slice(0, dot))) return undefined;
  return fieldOf((json as Record<string, unknown>)[name.slice(0, dot)], name.slice(dot + 1));
}
