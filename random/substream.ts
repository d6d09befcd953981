import { nameHash } from "./_name_hash.ts";
import type { Prng } from "./stream.ts";

/**
 * The stream of a part of what a stream is for: that of "init" and "head" is the one named "init/head".
 * A module that hands its stream to several parts gives each a substream; with one and the same they would
 * all draw the same numbers.
 * @param prng The stream of the whole; seed, epoch, sample and step stay.
 * @param name The part.
 */
export function substream(prng: Prng, name: string): Prng {
  return { ...prng, nameHash: nameHash(`/${name}`, prng.nameHash) };
}
