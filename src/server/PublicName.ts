import * as PlainName from "../moving/PlainName.ts"

/** The second name that Windows gives to long ones, as in `SECRET~1.PNG`: whose ending is not the file's. */
const short = /~\d+(?:\.|$)/u

/**
 * Whether a decoded part of a path is the name of something public, which means the same on every system: nothing
 * hidden, no `..`, no slash of either kind, no NUL, no drive or other stream (`:`), no device, no short name, no dot or
 * space at the end, which Windows leaves out.
 */
export const isPublic = (name: string): boolean =>
  name !== "" &&
  !name.startsWith(".") &&
  !/[/\\\0:]|[. ]$/u.test(name) &&
  !PlainName.isDevice(name) &&
  !short.test(name)
