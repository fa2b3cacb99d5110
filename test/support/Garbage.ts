import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

/** Collects all garbage of this process, or only what is new. */
export const collect = (() => {
  setFlagsFromString("--expose-gc")
  return runInNewContext("gc") as (options?: { readonly type: "minor" }) => void
})()
