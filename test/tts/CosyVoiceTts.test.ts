import { join } from "node:path"
import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { vi } from "vitest"
import * as Pcm from "../../src/audio/Pcm.ts"
import * as Wav from "../../src/audio/Wav.ts"
import { english } from "../../src/language/Text.ts"
import * as GradioServer from "../support/GradioServer.ts"
import * as ServiceServer from "../support/ServiceServer.ts"
import type { Answer } from "../support/ServiceServer.ts"
import { cosyVoice, cosyVoice2, dataOf, functions, one, streamed, two, whole } from "./contracts/CosyVoice.ts"
import { sound } from "./contracts/Contract.ts"
import { describeService } from "./describeService.ts"
import { open } from "./describeTts.ts"
import { engines, inFolder } from "./TtsLayer.ts"

await describeService("cosyvoice2_tts", cosyVoice2)
await describeService("cosyvoice_tts", cosyVoice)

/** A program, and the requests that came to it. */
const program = (
  answer: (index: number) => Answer & { readonly fails?: string },
  more: Partial<GradioServer.Program> = {}
) =>
  Effect.gen(function* () {
    const seen: Array<{ readonly path: string; readonly body: string }> = []
    const listen = GradioServer.listenFor({ version: 5, functions, output: "stream", seen, ...more })
    const server = yield* Effect.acquireRelease(
      Effect.promise(() => listen((_, index) => answer(index))),
      ({ close }) => Effect.promise(close)
    )
    return { ...server, seen, paths: () => seen.map(({ path }) => path) }
  })

describe("CosyVoiceTts", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("asks version 5 for its functions once, and fetches the whole sound when it is made", () =>
      Effect.gen(function* () {
        const server = yield* program(() => whole(sound(9)))
        const tts = yield* open(two(`${server.url}/`))
        assert.closeTo(Pcm.duration(yield* tts.synthesize("Hello.")), Pcm.duration(sound(9)), 1)
        yield* tts.synthesize("Again.")
        assert.deepStrictEqual(server.paths(), [
          "/gradio_api/info",
          "/gradio_api/call/generate_audio",
          "/gradio_api/call/generate_audio/e0",
          "/gradio_api/stream/e0/139779/12/playlist-file",
          "/gradio_api/call/generate_audio",
          "/gradio_api/call/generate_audio/e1",
          "/gradio_api/stream/e1/139779/12/playlist-file"
        ])
        const call = server.log[0]!
        assert.strictEqual(call.method, "POST")
        assert.strictEqual(call.headers["content-type"], "application/json")
        assert.deepStrictEqual(dataOf(call), [
          "Hello.",
          "预训练音色",
          "中文女",
          "",
          null,
          null,
          "",
          7,
          true,
          1.2
        ])
      })
    )

    it.scoped("asks version 4 where that has its paths, and reads its stream", () =>
      Effect.gen(function* () {
        const server = yield* program(() => streamed(sound(9)), { version: 4 })
        const tts = yield* open(two(server.url))
        assert.closeTo(Pcm.duration(yield* tts.synthesize("Hello.")), Pcm.duration(sound(9)), 1)
        assert.deepStrictEqual(server.paths(), [
          "/gradio_api/info",
          "/info",
          "/call/generate_audio",
          "/call/generate_audio/e0",
          "/stream/e0/139779/12"
        ])
      })
    )

    it.scoped("leaves to the server what the section has no key for", () =>
      Effect.gen(function* () {
        const server = yield* program(() => whole(sound(9)), {
          functions: { "/generate_audio": [["speed_factor", 1], "seed", "tts_text", ["stream", false]] }
        })
        yield* Effect.flatMap(open(one(server.url, { api_name: "generate_audio" })), (tts) =>
          tts.synthesize("Hello.")
        )
        assert.deepStrictEqual(dataOf(server.log[0]!), [1, 7, "Hello.", false])
      })
    )

    it.scoped("says which functions there are in place of one that there is not", () =>
      Effect.gen(function* () {
        const server = yield* program(() => whole(sound(9)))
        const tts = yield* open(one(server.url, { api_name: "/speak" }))
        const error = yield* Effect.flip(tts.synthesize("Hello."))
        assert.strictEqual(error._tag, "SynthesisFailed")
        assert.include(english(error.detail), "/speak, but /generate_audio, /change_instruction")
        assert.include(english(error.advice), "tts_config.cosyvoice_tts.api_name")
        assert.strictEqual(server.log.length, 0)
      })
    )

    it.scoped("says so of a function that fails without a word", () =>
      Effect.gen(function* () {
        const server = yield* program(() => GradioServer.failure())
        const tts = yield* open(two(server.url))
        const error = yield* Effect.flip(tts.synthesize("Hello."))
        assert.include(error.message, "failed without saying why")
        assert.include(error.message, "tts_config.cosyvoice2_tts.mode_checkbox_group")
      })
    )

    it.scoped("says so of a function that fails in the middle of its stream, which then stays open", () =>
      Effect.gen(function* () {
        const server = yield* program(
          () => ({ ...streamed(sound(60)), afterwards: "nothing" as const, fails: "out of memory" }),
          { version: 4 }
        )
        const tts = yield* open(two(server.url))
        const error = yield* Effect.flip(tts.synthesize("Hello."))
        assert.include(error.message, "out of memory")
        assert.strictEqual(server.log.length, 1)
      })
    )

    it.scoped("says so of a server that is none of this kind", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(() => ({ chunks: ["<html>welcome</html>"] }))
        const tts = yield* open(two(server.url))
        const error = yield* Effect.flip(tts.synthesize("Hello."))
        assert.include(error.message, "cannot be read")
        assert.include(error.message, "tts_config.cosyvoice2_tts.client_url")
      })
    )

    it.scoped("gives the program the address of a recording, which it fetches by itself", () =>
      Effect.gen(function* () {
        const server = yield* program(() => whole(sound(9)))
        const place = "https://voices.example/ana.wav"
        const tts = yield* open(two(server.url, { prompt_wav_upload_url: place }))
        yield* tts.synthesize("Hello.")
        assert.deepStrictEqual(dataOf(server.log[0]!)[4], {
          path: place,
          url: place,
          meta: { _type: "gradio.FileData" }
        })
        assert.isFalse(server.paths().some((path) => path.includes("upload")))
      })
    )
  })

  const uploaded = { path: "/tmp/gradio/0123/sample.wav", meta: { _type: "gradio.FileData" } }
  const withRecording = Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* fs.makeTempDirectoryScoped()
    yield* fs.writeFile(join(folder, "ana.wav"), Wav.encode(sound(3)))
    return folder
  })

  it.scopedLive("sends a recording once, and anew to a program that has lost it", () =>
    Effect.gen(function* () {
      const server = yield* program((index) => (index === 1 ? GradioServer.failure() : whole(sound(9))))
      const folder = yield* withRecording
      yield* Effect.gen(function* () {
        const tts = yield* open(
          two(server.url, { prompt_wav_upload_url: "ana.wav", prompt_wav_record_url: "ana.wav" })
        )
        yield* tts.synthesize("Hello.")
        const uploads = () => server.seen.filter(({ path }) => path === "/gradio_api/upload")
        assert.strictEqual(uploads().length, 1)
        assert.include(uploads()[0]!.body, 'name="files"; filename="ana.wav"')
        assert.include(uploads()[0]!.body, "RIFF")
        assert.deepStrictEqual(dataOf(server.log[0]!).slice(4, 6), [uploaded, uploaded])
        yield* tts.synthesize("Once more.")
        assert.strictEqual(uploads().length, 2)
        assert.strictEqual(server.log.length, 3)
      }).pipe(Effect.provide(inFolder(folder)))
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scopedLive("closes what a call that failed has opened before it calls once more", () =>
    Effect.gen(function* () {
      let closed: () => boolean = () => false
      const silent = { ...GradioServer.failure(), afterwards: "nothing" as const }
      const server = yield* program((index) =>
        index === 1
          ? silent
          : {
              ...whole(sound(9)),
              mayGoOn: async () => void (await vi.waitUntil(() => index === 0 || closed(), 20_000))
            }
      )
      closed = () => server.log[1]?.aborted === true
      const folder = yield* withRecording
      yield* Effect.gen(function* () {
        const tts = yield* open(two(server.url, { prompt_wav_upload_url: "ana.wav" }))
        yield* tts.synthesize("Hello.")
        yield* tts.synthesize("Once more.")
        assert.strictEqual(server.log.length, 3)
      }).pipe(Effect.provide(inFolder(folder)))
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scopedLive("names the key of a recording that is not there, and no path", () =>
    Effect.gen(function* () {
      const server = yield* program(() => whole(sound(9)))
      const folder = yield* withRecording
      yield* Effect.gen(function* () {
        const tts = yield* open(one(server.url, { prompt_wav_record_url: "nobody.wav" }))
        const error = yield* Effect.flip(tts.synthesize("Hello."))
        assert.include(error.message, "tts_config.cosyvoice_tts.prompt_wav_record_url")
        assert.notInclude(JSON.stringify(error) + error.message, folder)
      }).pipe(Effect.provide(inFolder(folder)))
    }).pipe(Effect.provide(NodeContext.layer))
  )
})
