import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import { Effect } from "effect"
import type { Scope } from "effect"
import { chromium } from "playwright-core"
import type { Browser } from "playwright-core"

const names = ["chromium", "chromium-browser", "google-chrome"]

/** Where this machine has a Chromium, by the folders of PATH. */
const executable = (): string | undefined =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })

/** What the browser's microphone is: a WAV file (from its beginning whenever it is opened), or a beep. */
export interface Microphone {
  readonly wav?: string
  /** The user lets no page have it. */
  readonly refused?: boolean
}

const microphoneOf = ({ refused = false, wav }: Microphone) => [
  "--use-fake-device-for-media-stream",
  refused ? "--deny-permission-prompts" : "--use-fake-ui-for-media-stream",
  ...(wav === undefined ? [] : [`--use-file-for-fake-audio-capture=${wav}%noloop`])
]

/** A real browser without a window. Where there is none, that is an error in CI; elsewhere the reason is printed. */
export const openWith = (microphone: Microphone): Effect.Effect<Browser | undefined, never, Scope.Scope> =>
  Effect.suspend(() => {
    const executablePath = executable()
    if (executablePath !== undefined) {
      return Effect.acquireRelease(
        Effect.promise(() =>
          chromium.launch({
            executablePath,
            args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", ...microphoneOf(microphone)]
          })
        ),
        (browser) => Effect.promise(() => browser.close())
      )
    }
    const reason = `there is none of ${names.join(", ")} on the PATH`
    if (process.env.CI === "true") return Effect.dieMessage(reason)
    return Effect.sync(() => {
      console.warn(`Not tested: ${reason}`)
      return undefined
    })
  })

/** One whose microphone beeps. */
export const open = openWith({})

interface View {
  /** The browser's own unless it is given. */
  readonly viewport?: { readonly width: number; readonly height: number }
  /** The browser's language; `en-US` unless it is given. */
  readonly locale?: string
  /** Run in the page before its own scripts. */
  readonly before?: string
}

/** Opens an address in a page of its own. `complaints`: what its console has warned of, and errors that nobody caught. */
export const visit = Effect.fnUntraced(function* (
  browser: Browser,
  url: string,
  { before, ...options }: View = {}
) {
  const page = yield* Effect.promise(() => browser.newPage(options))
  page.setDefaultTimeout(60_000)
  const complaints: Array<string> = []
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text())
  })
  page.on("pageerror", (error) => complaints.push(error.message))
  if (before !== undefined) yield* Effect.promise(() => page.addInitScript(before))
  yield* Effect.promise(() => page.goto(url))
  return { page, complaints, at: (selector: string) => page.locator(selector) }
})
