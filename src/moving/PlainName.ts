import { createHash } from "node:crypto"

/** What no system lets a name be, or reads as something else than a name. */
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³]) *(?:\.|$)/iu
const forbidden = /[<>:"/\\|?*\p{Cc}]/u
/** File systems take 255 bytes; this leaves room for an ending. */
const longest = 200

/**
 * Whether a text can be a file's name on every system, and leads nowhere: no `..`, no slash of either kind, no drive, no
 * device.
 */
export const isPlain = (name: string): boolean =>
  name !== "" &&
  Buffer.byteLength(name) <= longest &&
  name.isWellFormed() &&
  !forbidden.test(name) &&
  !/[. ]$/u.test(name) &&
  !isDevice(name)

/** Whether Windows opens a device by this name, in whatever folder. */
export const isDevice = (name: string): boolean => device.test(name)

/** A name for any text: the text itself if it is plain. Two texts never have the same name. */
export const of = (text: string): string => {
  // A text that looks like a name from below has to look different from it.
  if (isPlain(text) && !/%(?:[\dA-F]{2}|_)/u.test(text)) return text
  const name = Array.from(text.toWellFormed(), encoded).join("")
  const safe = isDevice(name) || name === "" ? `%_${name}` : name.replace(/[. ]$/u, encodedByte)
  if (text.isWellFormed() && isPlain(safe)) return safe
  // Too long, or no text at all: its beginning and what tells it from all others.
  const digest = createHash("sha256").update(Buffer.from(text, "utf16le")).digest("hex")
  return `${Array.from(safe).slice(0, 20).join("")}%_${digest}`
}

const encodedByte = (character: string) =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`

const encoded = (character: string) =>
  forbidden.test(character) || character === "%" ? encodedByte(character) : character
