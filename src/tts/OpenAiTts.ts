import * as Undici from "@effect/platform-node/Undici"
import { Duration, Effect, Redacted, Schedule, Schema } from "effect"
import type { Context } from "effect"
import type { Decode } from "../audio/Decode.ts"
import * as Speech from "../audio/Speech.ts"
import type { OpenAiTtsConfig } from "../config/TtsConfig.ts"
import * as Quotation from "../engine/Quotation.ts"
import * as SpeechPieces from "./SpeechPieces.ts"
import { SynthesisFailed } from "./Tts.ts"
import type { Tts } from "./Tts.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

const engine = "openai_tts"
const requestTimeout = Duration.seconds(30)
/** Further attempts after a refusal that may pass. */
const retries = 2
const firstPause = "300 millis"
/** A server that asks for a longer pause than this is not waited for. */
const longestPause = Duration.seconds(5)

/** Bytes of a sentence's sound: ten minutes of the largest usual format. */
const longestSound = 64 * 2 ** 20
/** Bytes of what a server says of its refusal. */
const longestExcuse = 64 * 2 ** 10

/** A status other than 2xx, with the beginning of what the server said. */
class Refused extends Schema.TaggedError<Refused>()("Refused", {
  status: Schema.Number,
  said: Schema.String,
  /** What `Retry-After` asks for, in ms. */
  pauseMs: Schema.UndefinedOr(Schema.Number)
}) {}

/** There was no answer, or not a whole one. */
class Unanswered extends Schema.TaggedError<Unanswered>()("Unanswered", {
  reason: Schema.Literal("no-connection", "too-slow", "broken-off", "too-long"),
  cause: Schema.Defect
}) {}

type RequestFailure = Refused | Unanswered

export interface Services {
  readonly http: Undici.Dispatcher
  readonly decode: Context.Tag.Service<typeof Decode>
}

/** Any server that speaks OpenAI's `audio/speech`: `base_url` is what stands before that. */
export const open = Effect.fnUntraced(function* (
  { decode: { decode, warmUp }, http }: Services,
  config: OpenAiTtsConfig
) {
  if (config.file_extension !== "wav") yield* Effect.forkScoped(warmUp)
  const places = yield* Effect.makeSemaphore(config.max_concurrency)
  const words = describe(config)

  const request = (text: string) =>
    Effect.tryPromise({
      try: (signal) => ask(http, config, text, signal),
      catch: (error) =>
        error instanceof Refused || error instanceof Unanswered
          ? error
          : new Unanswered({ reason: "no-connection", cause: error })
    }).pipe(
      Effect.timeoutFail({
        duration: requestTimeout,
        onTimeout: () => new Unanswered({ reason: "too-slow", cause: undefined })
      })
    )

  const synthesize = (text: string) => {
    if (!SpeechPieces.isSpeakable(text)) return Effect.succeed(Speech.nothing)
    return Effect.suspend(() => request(text)).pipe(
      Effect.retry({ times: retries, schedule: pauses, while: mayPass }),
      Effect.mapError(words.requestFailed),
      places.withPermits(1),
      Effect.flatMap((bytes) => Effect.mapError(decode(bytes), words.undecodable)),
      Effect.withSpan("OpenAiTts.synthesize")
    )
  }
  const tts: Tts = { engine, synthesize }
  return tts
})

/**
 * One request, without Effect's own HTTP client, whose layers cost as much again as the request. Rejects with
 * `Refused`, with `Unanswered`, or with whatever says that there was no connection.
 */
const ask = async (
  dispatcher: Undici.Dispatcher,
  config: OpenAiTtsConfig,
  text: string,
  signal: AbortSignal
): Promise<Uint8Array> => {
  const response = await Undici.request(`${config.base_url.replace(/\/+$/, "")}/audio/speech`, {
    dispatcher,
    signal,
    method: "POST",
    // The limit is on the whole request.
    headersTimeout: 0,
    bodyTimeout: 0,
    headers: {
      authorization: `Bearer ${Redacted.value(config.api_key)}`,
      "content-type": "application/json"
    },
    body: JSON.stringify({
      model: config.model,
      voice: config.voice,
      input: text,
      response_format: config.file_extension
    })
  })
  const status = response.statusCode
  if (status < 200 || status >= 300) {
    const said = await upTo(longestExcuse, response.body).catch(() => undefined)
    throw new Refused({
      status,
      said: said === undefined ? "" : Buffer.from(said.bytes).toString(),
      pauseMs: pauseOf(response.headers["retry-after"])
    })
  }
  const sound = await upTo(longestSound, response.body).catch((cause: unknown) => {
    throw new Unanswered({ reason: "broken-off", cause })
  })
  if (!sound.isWhole) throw new Unanswered({ reason: "too-long", cause: undefined })
  return sound.bytes
}

/** Reads a body until it ends or has more bytes than that; the rest is not read. */
const upTo = async (longest: number, body: AsyncIterable<Uint8Array>) => {
  const chunks: Array<Uint8Array> = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.byteLength
    if (size > longest) break
  }
  return { bytes: new Uint8Array(Buffer.concat(chunks)), isWhole: size <= longest }
}

/** `Retry-After` in seconds; its other form, a date, is taken as nothing said. */
const pauseOf = (header: string | ReadonlyArray<string> | undefined): number | undefined => {
  const seconds = Number(header)
  return header === undefined || Number.isNaN(seconds) ? undefined : seconds * 1000
}

const mayPass = (failure: RequestFailure): boolean => {
  if (failure._tag === "Refused") {
    const wait = failure.pauseMs ?? 0
    return (failure.status === 429 || failure.status >= 500) && wait <= Duration.toMillis(longestPause)
  }
  return failure.reason === "no-connection" && !isUnreachable(failure)
}

/** Grows with each attempt, unless the server says how long. */
const pauses = Schedule.exponential(firstPause).pipe(
  Schedule.jittered,
  Schedule.zipRight(Schedule.identity<RequestFailure>()),
  Schedule.modifyDelay((failure, pause) =>
    failure._tag === "Refused" && failure.pauseMs !== undefined ? Duration.millis(failure.pauseMs) : pause
  )
)

/** Whether there is nobody at the address, which a second attempt a moment later won't change. */
const isUnreachable = (failure: { readonly cause?: unknown }): boolean => {
  const cause = failure.cause
  if (typeof cause !== "object" || cause === null) return false
  if ("code" in cause && typeof cause.code === "string")
    return /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/.test(cause.code)
  return isUnreachable(cause as { readonly cause?: unknown })
}

/** Words for what went wrong with one server; they never hold its key. */
const describe = (config: OpenAiTtsConfig) => {
  const section = "tts_config.openai_tts"
  const host = URL.canParse(config.base_url) ? new URL(config.base_url).host : say("engine.configuredBaseUrl")
  const failed = (detail: Words, advice: Words) => new SynthesisFailed({ engine, detail, advice })

  const refused = ({ status, said }: Refused) => {
    const quoted = Quotation.quote(said, config.api_key)
    if (status === 401 || status === 403) {
      return failed(say("engine.wrongKey", host, status), say("engine.correct", `${section}.api_key`))
    }
    if (status === 404) {
      const detail = say("speech.noModelOrAddress", host, JSON.stringify(config.model), quoted)
      return failed(detail, say("speech.correctModelOrAddress", section))
    }
    if (status === 429) {
      return failed(say("engine.tooMany", host, quoted), say("engine.waitOrHigherKey"))
    }
    return status >= 500
      ? failed(say("engine.failedWith", host, status, quoted), say("engine.itsFaultLater"))
      : failed(say("engine.refusedWith", host, status, quoted), say("speech.checkModelAndVoice", section))
  }

  const requestFailed = (failure: RequestFailure): SynthesisFailed => {
    if (failure._tag === "Refused") return refused(failure)
    switch (failure.reason) {
      case "too-slow":
        return failed(
          say("speech.notInTime", host, Duration.toSeconds(requestTimeout)),
          say("engine.lookOverloaded")
        )
      case "no-connection":
        return failed(say("engine.noServer", host), say("engine.startServer", `${section}.base_url`))
      case "too-long":
        return failed(
          say("speech.tooMuchSound", host, longestSound / 2 ** 20),
          say("speech.voiceAddress", section)
        )
      case "broken-off":
        return failed(say("engine.brokeOff", host), say("engine.nextAfreshLog"))
    }
  }

  const undecodable = () =>
    failed(say("speech.notSound", host, config.file_extension), say("speech.otherFormat", section))

  return { requestFailed, undecodable }
}
