import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Wav from "../../src/audio/Wav.ts"
import type { Answer } from "../support/ServiceServer.ts"
import { describeService, inChunks, sound } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import * as TtsConfigs from "./TtsConfigs.ts"
import { engines } from "./TtsLayer.ts"

const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("coqui_tts", {
    model_name: "tts_models/multilingual/multi-dataset/xtts_v2",
    language: "en",
    speaker_id: "Ana Florence",
    base_url: url,
    ...changes
  })

const refusal = (status: number, error: string): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify({ error })]
})

// Shapes: coqui-tts (idiap/coqui-ai-TTS), `TTS/server/server.py`, `/api/tts`. It knows no keys.
await describeService("coqui_tts", {
  config,
  secret: "there is none",
  textOf: ({ path }) => new URL(path, "http://host").searchParams.get("text") ?? "",
  answer: (pcm) => ({ headers: { "content-type": "audio/wav" }, chunks: inChunks(Wav.encode(pcm)) }),
  refusals: {
    key: { status: 401, chunks: ["<html>401 Authorization Required</html>"] },
    model: refusal(500, "TTS synthesis failed: Speaker 'Ana Florence' not found")
  },
  keys: {
    secret: "tts_config.coqui_tts.base_url",
    model: "tts_config.coqui_tts.speaker_id",
    address: "tts_config.coqui_tts.base_url"
  },
  streams: true
})

describe("CoquiTts", () => {
  const answer = { headers: { "content-type": "audio/wav" }, chunks: [Wav.encode(sound(9))] }
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("asks by a query, without what the section leaves empty", () =>
      Effect.gen(function* () {
        const sent = yield* sentRequest(config, "there is none", "Fish & chips?", answer)
        assert.strictEqual(sent.outcome._tag, "Right")
        assert.strictEqual(sent.method, "GET")
        const url = new URL(sent.path, "http://host")
        assert.strictEqual(url.pathname, "/api/tts")
        assert.deepStrictEqual(Object.fromEntries(url.searchParams), {
          text: "Fish & chips?",
          speaker_id: "Ana Florence",
          language_id: "en"
        })
      })
    )

    it.scoped("names the recording to imitate", () =>
      Effect.gen(function* () {
        const sent = yield* sentRequest(
          (url) => config(`${url}/`, { speaker_id: "", language: "", speaker_wav: "/voices/ana.wav" }),
          "there is none",
          "Hello.",
          answer
        )
        assert.strictEqual(sent.path, "/api/tts?text=Hello.&speaker_wav=%2Fvoices%2Fana.wav")
      })
    )
  })
})
