import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Wav from "../../src/audio/Wav.ts"
import type { Answer } from "../support/ServiceServer.ts"
import { bytesOf, describeService, inChunks, sound } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import * as TtsConfigs from "./TtsConfigs.ts"
import { engines } from "./TtsLayer.ts"

const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("x_tts", {
    api_url: `${url}/tts_stream`,
    speaker_wav: "female",
    language: "en",
    ...changes
  })

const refusal = (status: number, detail: string): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify({ detail })]
})

const asked = { text: "Fish & chips?", speaker_wav: "female", language: "en" }

// Shapes: xtts-api-server 0.9.0, `server.py` (`/tts_stream`, `/tts_to_audio/`) and `get_wav_header`. It knows no keys.
await describeService("x_tts", {
  config,
  secret: "there is none",
  textOf: ({ path }) => new URL(path, "http://host").searchParams.get("text") ?? "",
  answer: (pcm) => ({
    headers: { "content-type": "audio/x-wav" },
    chunks: [Wav.encode({ ...pcm, samples: new Int16Array(0) }), ...inChunks(bytesOf(pcm))]
  }),
  refusals: {
    key: { status: 401, chunks: ["<html>401 Authorization Required</html>"] },
    model: refusal(500, "Error: Speaker female not found.")
  },
  keys: {
    secret: "tts_config.x_tts.api_url",
    model: "tts_config.x_tts.speaker_wav",
    address: "tts_config.x_tts.api_url"
  },
  streams: true
})

describe("XTts", () => {
  const answer = { headers: { "content-type": "audio/wav" }, chunks: [Wav.encode(sound(9))] }
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("asks for a stream by query and body, one of which the server reads", () =>
      Effect.gen(function* () {
        const sent = yield* sentRequest(config, "there is none", asked.text, answer)
        assert.strictEqual(sent.outcome._tag, "Right")
        const url = new URL(sent.path, "http://host")
        assert.deepStrictEqual([sent.method, url.pathname], ["GET", "/tts_stream"])
        assert.deepStrictEqual(Object.fromEntries(url.searchParams), asked)
        assert.deepStrictEqual(JSON.parse(sent.body), asked)
        assert.strictEqual(sent.headers["content-type"], "application/json")
      })
    )

    for (const path of ["/tts_to_audio", "/tts_to_audio/", ""]) {
      it.scoped(`asks for a whole sentence where the address ends in "${path}"`, () =>
        Effect.gen(function* () {
          const sent = yield* sentRequest(
            (url) => config(url, { api_url: url + path }),
            "there is none",
            asked.text,
            answer
          )
          assert.strictEqual(sent.outcome._tag, "Right")
          assert.deepStrictEqual([sent.method, sent.path], ["POST", "/tts_to_audio/"])
          assert.deepStrictEqual(JSON.parse(sent.body), asked)
        })
      )
    }
  })
})
