import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Locator } from "playwright-core"
import { HttpServer } from "../../src/server/HttpServer.ts"
import * as Chromium from "../support/Chromium.ts"
import * as SpeechServer from "../support/SpeechServer.ts"
import * as Tone from "../support/Tone.ts"

const limit = 120_000

const there = (what: Locator) => Effect.promise(() => what.waitFor({ state: "visible" }))

const textsOf = (what: Locator) => Effect.promise(() => what.allTextContents())

/** The page in a real browser, at the real server with a real voice; nothing where there is no browser. */
const open = (width = 1200) =>
  Effect.gen(function* () {
    const browser = yield* Chromium.open
    if (browser === undefined) return undefined
    const { url } = yield* HttpServer
    const { at, complaints, page } = yield* Chromium.visit(browser, `${url}/web-tool`, {
      viewport: { width, height: 844 }
    })
    yield* there(at("#say:enabled"))
    return { at, complaints, page }
  })

const recogniser = SpeechServer.recogniser()

/** Waits until the browser knows how long a sentence's sound is. */
const durationOf = (audio: Locator) =>
  Effect.promise(() => audio.evaluate((element: { readonly duration: number }) => element.duration)).pipe(
    Effect.delay("20 millis"),
    Effect.repeat({ until: (duration) => duration > 0 })
  )

describe("the page to try ears and voice, in a real browser", () => {
  it.scopedLive(
    "shows the transcript of a file, or what is wrong with it",
    () =>
      Effect.gen(function* () {
        const opened = yield* open()
        if (opened === undefined) return
        const { at, complaints } = opened
        const choose = (name: string, bytes: Uint8Array) =>
          Effect.promise(() =>
            at("#file").setInputFiles({ name, mimeType: "audio/wav", buffer: Buffer.from(bytes) })
          )
        yield* choose("tone.wav", Tone.wav(500))
        yield* there(at(".transcript"))
        expect(yield* textsOf(at(".transcript"))).toEqual(["500 ms of 440 Hz"])
        expect(yield* textsOf(at("#transcripts small"))).toEqual(["tone.wav"])
        expect(complaints).toEqual([])

        yield* choose("notes.wav", new TextEncoder().encode("no sound at all"))
        yield* there(at("#hear-error"))
        expect((yield* textsOf(at("#hear-error")))[0]).toContain("WAV, MP3, FLAC and Ogg Opus")

        yield* choose("again.wav", Tone.wav(1000))
        yield* there(at("#transcripts li").nth(1))
        expect(yield* textsOf(at(".transcript"))).toEqual(["1000 ms of 440 Hz", "500 ms of 440 Hz"])
        expect(yield* Effect.promise(() => at("#hear-error").isHidden())).toBe(true)
      }).pipe(Effect.provide(SpeechServer.layer(recogniser))),
    limit
  )

  it.scopedLive(
    "takes a file that is dropped, and gives up when it is told to",
    () =>
      Effect.gen(function* () {
        const opened = yield* open()
        if (opened === undefined) return
        const { at, complaints, page } = opened
        const drop = Effect.promise(async () => {
          const bytes = [...Tone.wav(500)]
          const transfer = await page.evaluateHandle(
            `(() => { const transfer = new DataTransfer();
              transfer.items.add(new File([new Uint8Array(${JSON.stringify(bytes)})], "dropped.wav")); return transfer })()`
          )
          await at("#drop").dispatchEvent("drop", { dataTransfer: transfer })
        })
        recogniser.mood = "hangs"
        yield* drop
        yield* there(at("#cancel"))
        yield* SpeechServer.alive("transcription", 1)
        yield* Effect.promise(() => at("#cancel").click())
        yield* Effect.promise(() => at("#cancel").waitFor({ state: "hidden" }))
        while (recogniser.running > 0) yield* Effect.sleep("10 millis")
        recogniser.mood = "listens"
        yield* drop
        yield* there(at(".transcript"))
        expect(yield* textsOf(at(".transcript"))).toEqual(["500 ms of 440 Hz"])
        expect(complaints).toEqual([])
      }).pipe(Effect.provide(SpeechServer.layer(recogniser))),
    limit
  )

  it.scopedLive(
    "records by the microphone",
    () =>
      Effect.gen(function* () {
        const opened = yield* open()
        if (opened === undefined) return
        const { at, complaints, page } = opened
        yield* Effect.promise(() => at("#record").focus())
        yield* Effect.promise(() => page.keyboard.press("Enter"))
        yield* there(at("#hear-state").filter({ hasText: "Recording" }))
        // What is recorded is real time.
        yield* Effect.sleep("700 millis")
        yield* Effect.promise(() => page.keyboard.press("Enter"))
        yield* there(at(".transcript"))
        expect((yield* textsOf(at(".transcript")))[0]).toMatch(/^[1-9]\d{2,} ms of \d+ Hz$/u)
        expect(yield* textsOf(at("#record"))).toEqual(["Record"])
        expect(complaints).toEqual([])
      }).pipe(Effect.provide(SpeechServer.layer(recogniser))),
    limit
  )

  it.scopedLive(
    "speaks a text sentence by sentence, by the keyboard alone",
    () =>
      Effect.gen(function* () {
        const opened = yield* open()
        if (opened === undefined) return
        const { at, complaints, page } = opened
        yield* Effect.promise(() => at("#text").fill("Good evening. The tea is ready!"))
        yield* Effect.promise(() => at("#text").press("Control+Enter"))
        yield* there(at("#sentences li").nth(1))
        yield* there(at("#say:enabled"))
        expect(yield* textsOf(at("#sentences p"))).toEqual(["Good evening.", "The tea is ready!"])
        expect(yield* durationOf(at("audio").nth(0))).toBeGreaterThan(0.3)
        expect(yield* durationOf(at("audio").nth(1))).toBeGreaterThan(0.3)
        const saved = yield* Effect.promise(async () => {
          const [download] = await Promise.all([
            page.waitForEvent("download"),
            at("#sentences a").first().click()
          ])
          return download.suggestedFilename()
        })
        expect(saved).toBe("sentence-1.wav")
        yield* Effect.promise(() => at("#text").fill("..."))
        yield* Effect.promise(() => at("#say").click())
        yield* there(at("#speak-error"))
        expect((yield* textsOf(at("#speak-error")))[0]).toContain("nothing to speak")
        expect(yield* textsOf(at("#sentences p"))).toEqual([])
        expect(complaints).toEqual([])
      }).pipe(Effect.provide(SpeechServer.layer(recogniser))),
    limit
  )

  it.scopedLive(
    "fits a telephone, and names every control",
    () =>
      Effect.gen(function* () {
        const opened = yield* open(390)
        if (opened === undefined) return
        const { at, page } = opened
        yield* Effect.promise(() => at("#text").fill(`${"Averylongword".repeat(20)} is here.`))
        yield* Effect.promise(() => at("#say").click())
        yield* there(at("audio"))
        expect(yield* Effect.promise(() => page.evaluate("document.documentElement.scrollWidth"))).toBe(390)
        for (const [role, name] of [
          ["textbox", "Text to speak"],
          ["button", "Speak"],
          ["button", "Record"],
          ["link", /^Download: /u]
        ] as const) {
          yield* there(page.getByRole(role, { name, exact: true }))
        }
        yield* there(page.getByLabel("Drop a recording here, or choose one"))
      }).pipe(Effect.provide(SpeechServer.layer(recogniser))),
    limit
  )
})
