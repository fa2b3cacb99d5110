import { createHash } from "node:crypto"

/** What every copy of Microsoft's browser says it is. */
const client = "6A5AA1D4EAFF4E9FB37E23D68491D6F4"
const browser = "143.0.3650.75"
const major = browser.split(".", 1)[0]!

export const headers: Readonly<Record<string, string>> = {
  "user-agent": `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36 Edg/${major}.0.0.0`,
  "accept-language": "en-US,en;q=0.9",
  pragma: "no-cache",
  "cache-control": "no-cache",
  origin: "chrome-extension://jdiccldimpdaibmpdkjnbmckianbfold"
}

/** From 1601, where Windows counts from, to 1970, in s. */
const windowsEpoch = 11_644_473_600n
/** A token counts for so many s. */
const tokenLife = 300n

/** `now`: Unix time in ms. */
export const token = (now: number): string => {
  const seconds = BigInt(Math.floor(now / 1000)) + windowsEpoch
  const ticks = (seconds - (seconds % tokenLife)) * 10_000_000n
  return createHash("sha256").update(`${ticks}${client}`).digest("hex").toUpperCase()
}

/** `id`: 32 hexadecimal digits. */
export const query = (now: number, id: string): string =>
  new URLSearchParams({
    TrustedClientToken: client,
    "Sec-MS-GEC": token(now),
    "Sec-MS-GEC-Version": `1-${browser}`,
    ConnectionId: id
  }).toString()

const message = (fields: Readonly<Record<string, string>>, body: string): string =>
  `${Object.entries(fields)
    .map(([name, value]) => `${name}:${value}\r\n`)
    .join("")}\r\n${body}`

/** Asks for MP3, the only form of sound beside WebM that browsers get. */
export const settings = (now: number): string =>
  message(
    {
      "X-Timestamp": new Date(now).toISOString(),
      "Content-Type": "application/json; charset=utf-8",
      Path: "speech.config"
    },
    JSON.stringify({
      context: {
        synthesis: {
          audio: {
            metadataoptions: { sentenceBoundaryEnabled: "false", wordBoundaryEnabled: "false" },
            outputFormat: "audio-24khz-48kbitrate-mono-mp3"
          }
        }
      }
    })
  )

export const speak = (now: number, id: string, ssml: string): string =>
  message(
    {
      "X-RequestId": id,
      "Content-Type": "application/ssml+xml",
      "X-Timestamp": new Date(now).toISOString(),
      Path: "ssml"
    },
    ssml
  )

/** What the service says: sound, its end, something else, or nothing that is known. */
export type Said = Uint8Array | "end" | "other" | undefined

/** Reads a message. One with sound begins with the length of its headers, in two bytes. */
export const read = (message: string | Uint8Array): Said => {
  if (typeof message === "string") {
    const path = pathOf(message.split("\r\n\r\n", 1)[0]!)
    if (path === "turn.end") return "end"
    return path === undefined ? undefined : "other"
  }
  const headersEnd = 2 + (message.length < 2 ? 0 : message[0]! * 256 + message[1]!)
  if (message.length < headersEnd) return undefined
  const path = pathOf(Buffer.from(message.subarray(2, headersEnd)).toString("latin1"))
  return path === "audio" ? new Uint8Array(message.subarray(headersEnd)) : undefined
}

const pathOf = (headers: string): string | undefined => /^Path: *([\w.]+) *$/im.exec(headers)?.[1]
