import type * as Undici from "@effect/platform-node/Undici"
import { Effect } from "effect"
import type { Scope } from "effect"
import type * as SoundReader from "../audio/SoundReader.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import type * as RemoteRequest from "../engine/RemoteRequest.ts"
import type { About } from "../engine/ServiceFailure.ts"
import type * as RemoteVoice from "./RemoteVoice.ts"
import * as SoundRequest from "./SoundRequest.ts"

// What servers have in common that people run themselves: no accounts, and one status for whatever goes wrong.

/** `key`: what says where the server is; `model`: what says how it speaks. */
export const about = (engine: string, address: string, key: string, model: ReadonlyArray<string>): About => ({
  section: `tts_config.${engine}`,
  address,
  // Where one asks for a key, it is another server that stands before it.
  keys: { address: key, secret: key, model },
  secrets: []
})

/** Words of servers about a voice, recording or language that they do not have. */
const lacking =
  /(model|speaker|voice|language|_lang|audio|\.wav|file).{0,80}(not (found|exist|supported|recognized|in list)|unsupported|misspelled|is required)|(no such file|does not exist|not exists|cannot open)|KeyError|参考音频/i

/** The same failure, or the one that is meant: such servers say by status 500 that they don't have a voice. */
export const meant = (failure: RemoteFailure.Refused): RemoteFailure.Refused =>
  failure.status !== 404 && lacking.test(failure.said)
    ? new RemoteFailure.Refused({ ...failure, kind: "model" })
    : failure

/** Asks for a sentence's sound by one request. */
export const ask = (
  http: Undici.Dispatcher,
  request: RemoteRequest.Request,
  format?: SoundReader.Format
): Effect.Effect<RemoteVoice.Sound, RemoteFailure.RemoteFailure, Scope.Scope> =>
  Effect.catchTag(SoundRequest.ask(http, request, format), "Refused", meant)

/** An address whose path is `path` where it names none of its own; without slashes at its end. */
export const endpoint = (address: string, path: string): string => {
  const trimmed = address.trim().replace(/\/+$/, "")
  return URL.canParse(trimmed) && new URL(trimmed).pathname === "/" ? `${trimmed}${path}` : trimmed
}

/** What says something, of keys whose texts may be empty. */
export const filled = (query: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value.trim() !== ""))
