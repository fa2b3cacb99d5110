import * as Text from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

/** A part of a path that has no end yet: words, which spaces may lie between. */
const word = "[^\\\\/\\s'\"`:;,()]+"
const path = new RegExp(
  `(?<![\\w.~-])(?:[A-Za-z]:|~)?[\\\\/](?:${word}(?: +${word})*[\\\\/])*([^\\\\/\\s'"\`:;,()]*)`,
  "g"
)

/** How much of a text is told, in characters: looking for paths takes time that grows with the square of it. */
const longest = 2000

/**
 * The text, cut if it is long, with each absolute path replaced by the name of its file, so that a client may see it. Folders may have spaces in
 * their names; what lies between a path and a further slash in the same clause is taken for one of them.
 */
export const without = (text: string): string => text.slice(0, longest).replaceAll(path, "$1")

/** The same for all that somebody else has said of it. */
export const withoutIn = (words: Words): Words => Text.mapped(words, without)
