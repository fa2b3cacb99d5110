import type * as Undici from "@effect/platform-node/Undici"
import { Effect, Schema } from "effect"
import type { WhisperCppConfig } from "../config/RemoteAsrConfig.ts"
import * as HostPaths from "../engine/HostPaths.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as RemoteRecogniser from "./RemoteRecogniser.ts"
import * as UtteranceFile from "./UtteranceFile.ts"
import { say } from "../language/Text.ts"

const engine = "whisper_cpp"
const section = "asr_config.whisper_cpp"

/** The server's answer, as its example program documents it. */
const readAnswer = RemoteRecogniser.read(
  Schema.Union(Schema.Struct({ text: Schema.String }), Schema.Struct({ error: Schema.String }))
)

/** The same server, whatever it is asked with: all sessions share its places. */
export const identity = ({ base_url, max_concurrency }: WhisperCppConfig) => ({
  base_url: base_url.replace(/\/+$/, ""),
  max_concurrency
})

/** whisper.cpp's own server, which the user starts (`POST /inference`, multipart with a WAV file). */
export const service = (http: Undici.Dispatcher, config: WhisperCppConfig): RemoteRecogniser.Service => {
  const address = identity(config).base_url
  const port = (URL.canParse(address) ? new URL(address).port : "") || "8080"
  const command = `whisper-server -m ggml-${config.model_name}.bin --host 127.0.0.1 --port ${port}`
  return {
    engine,
    about: {
      section,
      address,
      keys: { address: "base_url", secret: "base_url", model: ["model_name"] },
      secrets: []
    },
    limits: config,
    advice: (failure) => {
      if (failure._tag !== "Unanswered") return undefined
      if (failure.reason === "no-connection" && !RemoteFailure.isLost(failure.cause))
        return say("speech.startWhisper", command, `${section}.base_url`)
      if (failure.reason === "unreadable") return say("speech.whisperAddress", `${section}.base_url`)
      return failure.reason === "too-slow" ? say("speech.smallerOrShorter") : undefined
    },
    ask: ({ wav }) =>
      RemoteRecogniser.answerOf(http, {
        url: `${address}/inference`,
        headers: {},
        body: UtteranceFile.formOf("file", wav, {
          response_format: "json",
          temperature: "0",
          language: config.language,
          prompt: config.prompt
        })
      }).pipe(
        Effect.flatMap(readAnswer),
        Effect.flatMap((answer) =>
          "text" in answer
            ? Effect.succeed(answer.text.replaceAll(/\s*\n\s*/g, " "))
            : new RemoteFailure.Reported({
                said: HostPaths.without(answer.error),
                advice: say("engine.seeServerLog")
              })
        )
      )
  }
}
