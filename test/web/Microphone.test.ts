import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Wav from "../../src/audio/Wav.ts"
import { HttpServer } from "../../src/server/HttpServer.ts"
import * as BuiltServer from "../support/BuiltServer.ts"
import type * as Chromium from "../support/Chromium.ts"
import { gone, insistent, noticeOf, open, textsOf, there, understood } from "../support/MicrophonePage.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as Speech from "../support/Speech.ts"
import * as SpeechServer from "../support/SpeechServer.ts"
import * as StubProviders from "../support/StubProviders.ts"
import type { ChatScript } from "../support/ChatAnswer.ts"
import type { ChatRecord } from "../support/StubServer.ts"
import * as World from "../support/World.ts"

const limit = 180_000

const question = "Good evening, what is the weather like today?"

const chat = ({ text }: ChatRecord): ChatScript =>
  text === "Go on and on"
    ? { chunks: Array.from({ length: 200 }, () => "More and more. "), delayMs: 600 }
    : { chunks: ["It rains."] }

const ears = { asr_model: "sherpa_onnx_asr", sherpa_onnx_asr: { model: "whisper-tiny.en" } }

/** The built server, with a character that thinks and speaks by the stub. */
const serve = Effect.fnUntraced(function* (character: ServerFolder.Character) {
  const stub = yield* StubProviders.open({ chat })
  const folder = yield* ServerFolder.make({
    character: { ...ServerFolder.stubbed("Hana", stub), ...character }
  })
  return { stub, server: yield* BuiltServer.start(folder) }
})

/** A WAV file in which somebody asks the question, after some silence. */
const spoken = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const file = (yield* Path.Path).join(yield* fs.makeTempDirectoryScoped(), "question.wav")
  const samples = Speech.join(Speech.seconds(2), yield* Speech.say(question), Speech.seconds(1))
  const wav = Wav.encode({
    samples: Int16Array.from(samples, (sample) => sample * 32_767),
    sampleRate: 16_000
  })
  yield* fs.writeFile(file, wav)
  return { wav: file, duration: samples.length / 16 }
})

describe("the microphone of the page, in a real browser", () => {
  for (const [browser, before] of [
    ["", ""],
    [" in a browser that does not resample", insistent]
  ] as const) {
    it.scopedLive(
      `interrupts, is heard and answered${browser}`,
      () =>
        Effect.gen(function* () {
          const { wav, duration } = yield* spoken
          const { server, stub } = yield* serve({ asr_config: ears })
          const opened = yield* open(server.url, { wav }, { before })
          if (opened === undefined) return
          const { at, complaints, heard, page, say } = opened
          yield* say("Go on and on")
          yield* there(at(".bubble.character"))

          yield* Effect.promise(() => at("#mic").focus())
          yield* Effect.promise(() => page.keyboard.press("Enter"))
          yield* there(at("body[data-state=idle]"))
          yield* Effect.promise(() => stub.log.chats[0]!.over)
          expect(stub.log.chats[0]!.aborted).toBe(true)
          yield* heard("Recording")
          expect(yield* Effect.promise(() => at("#mic").getAttribute("aria-pressed"))).toBe("true")
          // What is recorded is real time.
          yield* Effect.sleep(duration)
          yield* Effect.promise(() => page.keyboard.press("Enter"))
          yield* understood(opened)
          yield* there(at(".bubble.character").nth(1))
          const [, transcript] = yield* textsOf(at(".bubble.user .content"))
          expect(Speech.wordErrors(question, transcript!)).toBeLessThanOrEqual(0.25)
          expect((yield* textsOf(at(".bubble.character .content"))).at(-1)).toBe("It rains.")
          expect(stub.log.chats.at(-1)?.text).toBe(transcript)
          expect(yield* textsOf(at("#mic-state"))).toEqual([""])
          expect(complaints).toEqual([])
        }).pipe(Effect.provide(NodeContext.layer)),
      limit
    )
  }

  it.scopedLive(
    "left open, lets the server notice who speaks, and is open again with the next visit",
    () =>
      Effect.gen(function* () {
        const { wav } = yield* spoken
        const { server, stub } = yield* serve({
          asr_config: ears,
          vad_config: { vad_model: "silero_vad", silero_vad: {} }
        })
        const opened = yield* open(server.url, { wav })
        if (opened === undefined) return
        const { at, complaints, heard, page, say } = opened
        yield* say("Go on and on")
        yield* there(at(".bubble.character"))
        yield* Effect.promise(() => at("#open-mic").check())
        yield* heard("just speak")
        yield* understood(opened)
        yield* there(at(".bubble.character").nth(1))
        expect(stub.log.chats[0]!.aborted).toBe(true)
        const [, transcript] = yield* textsOf(at(".bubble.user .content"))
        expect(Speech.wordErrors(question, transcript!)).toBeLessThanOrEqual(0.25)
        const [heardBefore] = yield* textsOf(at(".bubble.character .content"))
        // What the page says was heard is what the model remembers.
        const remembered = stub.log.chats.at(-1)?.body.messages.find(({ role }) => role === "assistant")
        expect(String(remembered?.content).trim()).toBe(heardBefore?.trim())

        yield* Effect.promise(() => page.reload())
        yield* heard("just speak")
        yield* there(at(".bubble.user"))
        expect(yield* Effect.promise(() => at("#mic").isDisabled())).toBe(true)
        yield* Effect.promise(() => at("#open-mic").uncheck())
        yield* there(at("#mic:enabled"))
        yield* Effect.promise(() => page.reload())
        yield* there(at("#mic:enabled"))
        expect(yield* Effect.promise(() => at("#open-mic").isChecked())).toBe(false)
        expect(complaints).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  const world = World.make()
  const recogniser = { ...SpeechServer.recogniser(), previews: true }
  it.scopedLive(
    "shows what is understood so far, which goes when the recording is given up",
    () =>
      Effect.gen(function* () {
        const { url } = yield* HttpServer
        const opened = yield* open(url)
        if (opened === undefined) return
        const { at, click, heard, page } = opened
        const partial = at(".bubble.partial .content")
        for (const cancel of [
          Effect.promise(() => page.keyboard.press("Escape")),
          Effect.promise(() => at("#cancel").click())
        ]) {
          yield* click("#mic")
          yield* there(partial.filter({ hasText: "word word" }))
          yield* cancel
          yield* gone(partial)
          yield* there(at("#mic[aria-pressed=false]"))
          yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => recogniser.running === 0 })
        }
        expect(yield* textsOf(at(".bubble"))).toEqual([])

        yield* click("#mic")
        yield* heard("Recording")
        yield* there(partial.filter({ hasText: "word word" }))
        yield* click("#mic")
        yield* there(at(".bubble.user:not(.partial)"))
        yield* gone(partial)
        expect((yield* textsOf(at(".bubble.user .content")))[0]).toMatch(/^\d+ words$/u)
        expect(world.asked).toHaveLength(1)
      }).pipe(Effect.provide(SpeechServer.layer(recogniser, { world }))),
    limit
  )

  it.scopedLive(
    "says in words why it cannot be had, and what has become of a recording",
    () =>
      Effect.gen(function* () {
        const { server } = yield* serve({})
        const failing = Effect.fnUntraced(function* (
          microphone: Chromium.Microphone,
          before: string,
          reason: string
        ) {
          const opened = yield* open(server.url, microphone, { before })
          if (opened === undefined) return undefined
          const { at, click } = opened
          yield* click("#mic")
          expect((yield* noticeOf(opened))[0]).toContain(reason)
          expect(yield* textsOf(at("#mic-state"))).toEqual([""])
          yield* click("#dismiss")
          yield* click("#open-mic")
          expect((yield* noticeOf(opened))[0]).toContain(reason)
          yield* there(at("#mic[aria-pressed=false]:enabled"))
          expect(yield* Effect.promise(() => at("#open-mic").isChecked())).toBe(false)
          return undefined
        })
        yield* failing({ refused: true }, "", "does not let this page use the microphone")
        yield* failing(
          {},
          "Object.defineProperty(navigator, 'mediaDevices', { value: undefined })",
          "over https"
        )
        yield* failing({}, "delete window.AudioWorkletNode", "cannot hand on")

        const opened = yield* open(server.url)
        if (opened === undefined) return
        const { at, click, heard } = opened
        yield* click("#mic")
        yield* heard("Recording")
        yield* Effect.sleep("500 millis")
        yield* click("#mic")
        expect((yield* noticeOf(opened))[0]).toContain("no speech recogniser")
        yield* click("#mic")
        yield* heard("Recording")
        yield* server.stop("SIGKILL")
        yield* there(at("#notice-text").filter({ hasText: "The connection was lost" }))
        yield* there(at("#mic[aria-pressed=false]:disabled"))
        expect(yield* textsOf(at("#mic-state"))).toEqual([""])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "fits a telephone, whose caption leaves the face alone; names every control",
    () =>
      Effect.gen(function* () {
        const { server } = yield* serve({})
        const opened = yield* open(server.url, {}, { width: 390 })
        if (opened === undefined) return
        const { at, click, heard, page } = opened
        const boxOf = (selector: string) =>
          Effect.promise(() => at(selector).boundingBox()).pipe(Effect.map((box) => box!))
        yield* click("#mic")
        yield* heard("Recording")
        yield* Effect.promise(() =>
          page.evaluate(`document.getElementById("subtitle").textContent = "A long caption. ".repeat(30)`)
        )
        expect(yield* Effect.promise(() => page.evaluate("document.documentElement.scrollWidth"))).toBe(390)
        const [face, caption, stage] = yield* Effect.all([
          boxOf("#face"),
          boxOf("#subtitle"),
          boxOf("#stage")
        ])
        expect(face.height).toBeGreaterThan(150)
        expect(face.y + face.height).toBeLessThanOrEqual(caption.y)
        expect(caption.y + caption.height).toBeLessThanOrEqual(stage.y + stage.height)
        for (const [role, name] of [
          ["button", "Talk"],
          ["button", "Cancel"],
          ["button", "Send"],
          ["checkbox", "Open microphone"]
        ] as const) {
          yield* there(page.getByRole(role, { name, exact: true }))
        }
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )
})
