import { HttpBody, HttpClient, HttpClientRequest } from "@effect/platform"
import { Effect, Schema } from "effect"
import type { Context } from "effect"
import * as FloatSamples from "../audio/FloatSamples.ts"
import * as Speech from "../audio/Speech.ts"
import * as Wav from "../audio/Wav.ts"
import type { WhisperCppConfig } from "../config/AsrConfig.ts"
import * as FairShare from "../engine/FairShare.ts"
import { TranscriptionFailed } from "./Asr.ts"
import type { Asr } from "./Asr.ts"
import * as Transcript from "./Transcript.ts"

const engine = "whisper_cpp"
const section = "asr_config.whisper_cpp"
const asTheyAre: FloatSamples.Gain = { normalize: false, volume: 1 }
/** A long utterance on a slow machine. */
const timeout = "60 seconds"

/** The server's answer, as its example program documents it. */
const Answer = Schema.parseJson(
  Schema.Union(Schema.Struct({ text: Schema.String }), Schema.Struct({ error: Schema.String }))
)

/** The servers' queues, by address: one for all sessions. */
export type Queues = Map<string, FairShare.FairShare>

/** whisper.cpp's own server, which the user starts (`POST /inference`, multipart with a WAV file). */
export const open = (
  http: Context.Tag.Service<typeof HttpClient.HttpClient>,
  queues: Queues,
  config: WhisperCppConfig
): Effect.Effect<Asr> =>
  Effect.sync(() => {
    const address = config.base_url.replace(/\/+$/, "")
    const queue = queues.get(address) ?? FairShare.make(config.max_concurrency)
    queues.set(address, queue)
    const member = queue.join()
    return {
      engine,
      transcribe: (samples) =>
        member
          .run(ask(http, address, config, samples))
          .pipe(Effect.map(Transcript.clean), Effect.withSpan("WhisperCppAsr.transcribe"))
    }
  })

const ask = Effect.fnUntraced(
  function* (
    http: Context.Tag.Service<typeof HttpClient.HttpClient>,
    address: string,
    config: WhisperCppConfig,
    samples: Float32Array
  ) {
    const failed = (detail: string, advice: string, cause?: unknown) =>
      new TranscriptionFailed({ engine, detail, advice, cause })
    const host = URL.canParse(address) ? new URL(address).host : "the configured base_url"
    const start = `Start it in the folder of its models with \`whisper-server -m ggml-${config.model_name}.bin --host 127.0.0.1 --port 8080\`, or correct ${section}.base_url.`
    const file = new Blob(
      [
        new Uint8Array(
          Wav.encode({ samples: FloatSamples.toInt16(samples, asTheyAre), sampleRate: Speech.sampleRate })
        )
      ],
      {
        type: "audio/wav"
      }
    )
    const form = new FormData()
    form.set("file", file, "utterance.wav")
    form.set("response_format", "json")
    form.set("temperature", "0")
    form.set("language", config.language)
    if (config.prompt !== undefined && config.prompt !== "") form.set("prompt", config.prompt)

    const response = yield* http
      .execute(HttpClientRequest.post(`${address}/inference`, { body: HttpBody.formData(form) }))
      .pipe(Effect.mapError((cause) => failed(`no server of whisper.cpp answers at ${host}`, start, cause)))
    const body = yield* response.text.pipe(
      Effect.mapError((cause) => failed(`the answer of ${host} broke off`, "Please say that again.", cause))
    )
    const answer = yield* Schema.decode(Answer)(body).pipe(
      Effect.mapError(() =>
        failed(
          `${host} answered with status ${response.status} and no transcript`,
          `Look whether ${section}.base_url is the address of a whisper-server.`
        )
      )
    )
    return "text" in answer
      ? answer.text.replaceAll(/\s*\n\s*/g, " ")
      : yield* failed(
          `${host} could not transcribe it: "${answer.error.slice(0, 160)}"`,
          "Look at that server's log."
        )
  },
  Effect.scoped,
  (asked) =>
    Effect.timeoutFail(asked, {
      duration: timeout,
      onTimeout: () =>
        new TranscriptionFailed({
          engine,
          detail: `there was no transcript within ${timeout}`,
          advice: "Choose a smaller model, or speak in shorter pieces."
        })
    })
)
