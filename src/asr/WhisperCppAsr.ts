import { HttpBody, HttpClient, HttpClientRequest } from "@effect/platform"
import { Duration, Effect, Schema } from "effect"
import type { Context } from "effect"
import * as FloatSamples from "../audio/FloatSamples.ts"
import * as Speech from "../audio/Speech.ts"
import * as Wav from "../audio/Wav.ts"
import type { WhisperCppConfig } from "../config/AsrConfig.ts"
import * as BoundedBody from "../engine/BoundedBody.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import * as FairShare from "../engine/FairShare.ts"
import * as HostPaths from "../engine/HostPaths.ts"
import { nextRound } from "../supervision/NextRound.ts"
import { TranscriptionFailed } from "./Asr.ts"
import type { Asr } from "./Asr.ts"
import * as Transcript from "./Transcript.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

const engine = "whisper_cpp"
const section = "asr_config.whisper_cpp"
const asTheyAre: FloatSamples.Gain = { normalize: false, volume: 1 }
/** A long utterance on a slow machine. */
const timeout = Duration.seconds(60)
/** How many samples are converted at a time: 10 s. */
const piece = 10 * Speech.sampleRate
/** Of an answer, in bytes: a transcript of two minutes has some thousand. */
const longestAnswer = 1024 * 1024

/** The server's answer, as its example program documents it. */
const Answer = Schema.parseJson(
  Schema.Union(Schema.Struct({ text: Schema.String }), Schema.Struct({ error: Schema.String }))
)

const addressOf = ({ base_url }: WhisperCppConfig) => base_url.replace(/\/+$/, "")

/** The server as the pool has it: there is nothing to load, but all sessions share its places. */
export const spec = (config: WhisperCppConfig): EngineSpec<FairShare.FairShare> => {
  const { max_concurrency } = config
  return {
    kind: "asr",
    id: `${engine}:${JSON.stringify({ base_url: addressOf(config), max_concurrency })}`,
    load: Effect.sync(() => FairShare.make(max_concurrency))
  }
}

/** whisper.cpp's own server, which the user starts (`POST /inference`, multipart with a WAV file), for one session. */
export const listener = (
  http: Context.Tag.Service<typeof HttpClient.HttpClient>,
  share: FairShare.FairShare,
  config: WhisperCppConfig
): Asr => {
  const member = share.join()
  return {
    engine,
    transcribe: (samples) =>
      member
        .run(ask(http, addressOf(config), config, samples))
        .pipe(Effect.map(Transcript.clean), Effect.withSpan("WhisperCppAsr.transcribe"))
  }
}

/**
 * The utterance as a WAV file. The longest one (120 s) would take 10 ms of the event loop at once, on a busy machine
 * three times as much.
 */
const wavOf = Effect.fnUntraced(function* (samples: Float32Array) {
  const converted = new Int16Array(samples.length)
  for (let at = 0; at < samples.length; at += piece) {
    if (at > 0) yield* nextRound
    converted.set(FloatSamples.toInt16(samples.subarray(at, at + piece), asTheyAre), at)
  }
  const wav = Wav.encode({ samples: converted, sampleRate: Speech.sampleRate })
  return new Blob([wav as Uint8Array<ArrayBuffer>], { type: "audio/wav" })
})

/** The form as it is sent: the HTTP client of the server takes no form of Node's own, but only one of its own kind. */
const bytesOf = (form: FormData) => {
  const encoded = new Response(form)
  return Effect.map(
    Effect.promise(() => encoded.arrayBuffer()),
    (bytes) => HttpBody.uint8Array(new Uint8Array(bytes), encoded.headers.get("content-type")!)
  )
}

const ask = Effect.fnUntraced(
  function* (
    http: Context.Tag.Service<typeof HttpClient.HttpClient>,
    address: string,
    config: WhisperCppConfig,
    samples: Float32Array
  ) {
    const failed = (detail: Words, advice: Words, cause?: unknown) =>
      new TranscriptionFailed({ engine, detail, advice, cause })
    const host = URL.canParse(address) ? new URL(address).host : say("engine.configuredBaseUrl")
    const port = (URL.canParse(address) ? new URL(address).port : "") || "8080"
    const command = `whisper-server -m ggml-${config.model_name}.bin --host 127.0.0.1 --port ${port}`
    const start = say("speech.startWhisper", command, `${section}.base_url`)
    const file = yield* wavOf(samples)
    const form = new FormData()
    form.set("file", file, "utterance.wav")
    form.set("response_format", "json")
    form.set("temperature", "0")
    form.set("language", config.language)
    if (config.prompt !== undefined && config.prompt !== "") form.set("prompt", config.prompt)

    const response = yield* http
      .execute(HttpClientRequest.post(`${address}/inference`, { body: yield* bytesOf(form) }))
      .pipe(Effect.mapError((cause) => failed(say("speech.noWhisper", host), start, cause)))
    const body = yield* BoundedBody.text(response, longestAnswer).pipe(
      Effect.mapError((cause) => failed(say("engine.brokeOff", host), say("speech.sayAgain"), cause))
    )
    if (body === undefined)
      return yield* failed(
        say("speech.tooMuchTranscript", host, longestAnswer / 1024 / 1024),
        say("speech.whisperAddress", `${section}.base_url`)
      )
    const answer = yield* Schema.decode(Answer)(body).pipe(
      Effect.mapError(() =>
        failed(
          say("speech.noTranscript", host, response.status),
          say("speech.whisperAddress", `${section}.base_url`)
        )
      )
    )
    return "text" in answer
      ? answer.text.replaceAll(/\s*\n\s*/g, " ")
      : yield* failed(
          say("speech.whisperFailed", host, HostPaths.without(answer.error).slice(0, 160)),
          say("engine.seeServerLog")
        )
  },
  Effect.scoped,
  (asked) =>
    Effect.timeoutFail(asked, {
      duration: timeout,
      onTimeout: () =>
        new TranscriptionFailed({
          engine,
          detail: say("speech.transcriptNotInTime", Duration.toSeconds(timeout)),
          advice: say("speech.smallerOrShorter")
        })
    })
)
