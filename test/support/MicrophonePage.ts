import { Effect } from "effect"
import type { Locator } from "playwright-core"
import * as Chromium from "./Chromium.ts"

export interface View {
  readonly width?: number
  /** Run in the page before its own scripts. */
  readonly before?: string
}

/** The page in a real browser with this microphone; nothing where there is no browser. */
export const open = Effect.fnUntraced(function* (
  url: string,
  microphone: Chromium.Microphone = {},
  { before = "", width = 1200 }: View = {}
) {
  const browser = yield* Chromium.openWith(microphone)
  if (browser === undefined) return undefined
  const viewport = { width, height: 844 }
  const { at, complaints, page } = yield* Chromium.visit(browser, url, { viewport, before })
  const click = (selector: string) => Effect.promise(() => at(selector).click())
  yield* there(at("#mic:enabled"))
  const heard = (text: string) => there(at("#mic-state").filter({ hasText: text }))
  const say = Effect.fnUntraced(function* (text: string) {
    yield* Effect.promise(() => at("#text").fill(text))
    yield* click("#send")
  })
  return { at, click, complaints, heard, page, say }
})

export const there = (what: Locator) => Effect.promise(() => what.waitFor({ state: "attached" }))

export const gone = (what: Locator) => Effect.promise(() => what.waitFor({ state: "detached" }))

export const textsOf = (what: Locator) => Effect.promise(() => what.allTextContents())

/** What the page says went wrong, once it says something. */
export const noticeOf = ({ at }: { readonly at: (selector: string) => Locator }) =>
  Effect.zipRight(there(at("#notice:not([hidden])")), textsOf(at("#notice-text")))

/** Waits for the transcript of what was said after the first message; dies of what the page says instead. */
export const understood = (page: { readonly at: (selector: string) => Locator }) =>
  Effect.raceFirst(
    there(page.at(".bubble.user").nth(1)),
    Effect.flatMap(noticeOf(page), (texts) => Effect.dieMessage(`not understood: ${texts.join(" ")}`))
  )

/** A browser that gives a stream only at the microphone's own rate. */
export const insistent = `const make = AudioContext.prototype.createMediaStreamSource
AudioContext.prototype.createMediaStreamSource = function (stream) {
  if (this.sampleRate === 16000) throw new DOMException("another rate", "NotSupportedError")
  return make.call(this, stream)
}`
