import { Hash } from "effect"
import type { Owner } from "./Facts.ts"

/** Clients name people as they like: owners share the places, and hardly ever one another's. */
const places = 4096

/** Counts the deletions and corrections that people have asked for in this process. */
export const make = () => {
  const counts = new Uint32Array(places)
  const placeOf = ({ confUid, person }: Owner) => (Hash.string(`${confUid}\n${person}`) >>> 0) % places
  return {
    of: (owner: Owner): number => counts[placeOf(owner)]!,
    next: (owner: Owner): void => void counts[placeOf(owner)]!++
  }
}
