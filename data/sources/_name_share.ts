import { stream, uniform } from "@lacuna/random";

/** A number in [0, 1) that depends on the set and the name alone: whether something is held out is decided by what it is called. */
export function nameShare(set: string, name: string): number {
  return uniform(stream({ seed: 0, name: `${set}/${name}` }), 0);
}
