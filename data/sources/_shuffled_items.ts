import { createHash } from "node:crypto";

const maxHeld = 2 ** 20; // items: some 100 MB of paths

/** Some items in an order that depends on nothing but their keys: by the SHA-256 of these, equal keys as they come. */
export function shuffledItems<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return inOrder(items.map((item) => ({ item, place: placeOf(keyOf(item)) })));
}

/**
 * The same for a list of any length, which is walked once for every `held` of its items: no more than about so many are in memory.
 * @param list Gives the items, in the same order each time.
 * @param numItems How many there are, more or less.
 * @param keyOf What places an item.
 * @param held How many may be held; a million unless said.
 */
export async function* shuffledList<T>(
  list: () => AsyncIterable<T>,
  numItems: number,
  keyOf: (item: T) => string,
  held: number = maxHeld,
): AsyncGenerator<T> {
  const numWalks = Math.max(1, Math.ceil(numItems / held));
  for (let walk = 0; walk < numWalks; walk++) {
    const kept: Placed<T>[] = [];
    for await (const item of list()) {
      const place = placeOf(keyOf(item));
      if (Math.floor(place * numWalks) === walk) kept.push({ item, place });
    }
    yield* inOrder(kept);
  }
}

type Placed<T> = { readonly item: T; readonly place: number };

function inOrder<T>(items: Placed<T>[]): T[] {
  return items.sort((a, b) => a.place - b.place).map(({ item }) => item);
}

/** A number in [0, 1) from the first 48 bits of a key's SHA-256. */
function placeOf(key: string): number {
  return createHash("sha256").update(key).digest().readUIntBE(0, 6) / 2 ** 48;
}
