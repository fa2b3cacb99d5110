import type * as Undici from "@effect/platform-node/Undici"
import { Effect } from "effect"
import type { Scope } from "effect"
import type * as SoundReader from "../audio/SoundReader.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as RemoteRequest from "../engine/RemoteRequest.ts"
import { say } from "../language/Text.ts"
import * as RemoteVoice from "./RemoteVoice.ts"

/** A request with a JSON body. */
export const json = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: object,
  query?: Readonly<Record<string, string>>
): RemoteRequest.Request => ({
  url,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
  ...(query === undefined ? {} : { query })
})

/** Asks for a sentence's sound by one request, the body of whose answer it is. */
export const ask: (
  http: Undici.Dispatcher,
  request: RemoteRequest.Request,
  format?: SoundReader.Format
) => Effect.Effect<RemoteVoice.Sound, RemoteFailure.RemoteFailure, Scope.Scope> = Effect.fnUntraced(
  function* (http, request, format = "file") {
    const answer = yield* RemoteRequest.open(http, request, RemoteVoice.longestSound)
    const type = typeOf(answer)
    // Some services report failures with status 200.
    if (type.endsWith("/json"))
      return yield* new RemoteFailure.Reported({ said: yield* RemoteRequest.text(answer) })
    // Bare samples would be played whatever they are.
    if (type.startsWith("text/"))
      return yield* new RemoteFailure.Unanswered({
        reason: "unreadable",
        detail: say("speech.sentOther", type)
      })
    return { format, next: notEmpty(answer.next) }
  }
)

/** The media type of an answer, without its parameters. */
export const typeOf = ({ headers }: RemoteRequest.Answer): string =>
  String(headers["content-type"] ?? "")
    .split(";")[0]!
    .trim()
    .toLowerCase()

/** The same bytes; fails where there are none at all. */
export const notEmpty = <E, R>(
  next: Effect.Effect<Uint8Array | undefined, E, R>
): Effect.Effect<Uint8Array | undefined, E | RemoteFailure.Unanswered, R> => {
  let heard = false
  return Effect.flatMap(next, (bytes) => {
    heard ||= (bytes?.length ?? 0) > 0
    return bytes === undefined && !heard
      ? new RemoteFailure.Unanswered({ reason: "empty", detail: say("speech.sentSilence") })
      : Effect.succeed(bytes)
  })
}
