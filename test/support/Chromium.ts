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

/** A real browser without a window. Where there is none, that is an error in CI; elsewhere the reason is printed. */
export const open: Effect.Effect<Browser | undefined, never, Scope.Scope> = Effect.suspend(() => {
  const executablePath = executable()
  if (executablePath !== undefined) {
    return Effect.acquireRelease(
      Effect.promise(() =>
        chromium.launch({
          executablePath,
          args: [
            "--no-sandbox",
            "--autoplay-policy=no-user-gesture-required",
            // A microphone that beeps, and nobody who has to allow it.
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream"
          ]
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
