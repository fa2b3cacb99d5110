import { availableParallelism } from "node:os"

/** As many threads as are wanted, but one of the machine's cores is left to the event loop. */
export const atMost = (wanted: number, cores: number = availableParallelism()): number =>
  Math.max(1, Math.min(wanted, cores - 1))
