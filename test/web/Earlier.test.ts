import { NodeContext } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { join } from "node:path"
import { Archive } from "../../src/history/Archive.ts"
import * as SqliteHistory from "../../src/history/SqliteHistory.ts"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as Chromium from "../support/Chromium.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as StubProviders from "../support/StubProviders.ts"

const count = 450
const texts = Array.from({ length: count }, (_, place) => `Message ${place}`)

const long = {
  confUid: "hana_001",
  uid: "2025-01-01_10-00-00_0123456789abcdef0123456789abcdef",
  metadata: undefined,
  messages: texts.map((content, place) => ({
    role: place % 2 === 0 ? ("human" as const) : ("ai" as const),
    timestamp: "2025-01-01T10:00:00",
    content
  }))
}

it.scopedLive(
  "the page shows the latest messages of a long conversation, and earlier ones when asked",
  () =>
    Effect.gen(function* () {
      const browser = yield* Chromium.open
      if (browser === undefined) return
      const stub = yield* StubProviders.open({ chat: () => ({ chunks: ["Hello."] }) })
      const folder = yield* ServerFolder.make({ character: ServerFolder.stubbed("Hana", stub) })
      yield* Effect.flatMap(Archive, (archive) => archive.restore([long])).pipe(
        Effect.provide(SqliteHistory.layerArchive({ file: join(folder, "data", "history.db") }))
      )
      const { url } = yield* BuiltServer.start(folder)
      const { at, complaints, page } = yield* Chromium.visit(browser, url)
      const shown = Effect.promise(() => at(".bubble .content").allTextContents())
      const earlier = at("#earlier:not([hidden])")
      const top = (text: string) =>
        Effect.promise(() => at(".bubble .content").getByText(text, { exact: true }).boundingBox())

      yield* Effect.promise(() => at("#conversations summary").click())
      expect(yield* Effect.promise(() => earlier.count())).toBe(0)
      yield* Effect.promise(() => at("#histories .open").first().click())
      yield* Effect.promise(() => earlier.waitFor())
      expect(yield* shown).toEqual(texts.slice(-200))

      // What is being read stays where it is.
      yield* Effect.promise(() => at("#messages").evaluate((list) => list.scrollTo(0, 0)))
      const before = yield* top("Message 250")
      yield* Effect.promise(() => earlier.click())
      yield* Effect.promise(() => at(".bubble").nth(399).waitFor({ state: "attached" }))
      expect(yield* shown).toEqual(texts.slice(-400))
      const after = yield* top("Message 250")
      expect(Math.abs(before!.y - after!.y)).toBeLessThan(2)

      yield* Effect.promise(() => earlier.focus())
      yield* Effect.promise(() => page.keyboard.press("Enter"))
      yield* Effect.promise(() => earlier.waitFor({ state: "detached" }))
      expect(yield* shown).toEqual(texts)
      yield* Effect.promise(() => at("#messages:focus").waitFor())

      yield* Effect.promise(() => at("#histories .open").first().click())
      yield* Effect.promise(() => earlier.waitFor())
      yield* Effect.promise(() => at("#new").click())
      yield* Effect.promise(() => earlier.waitFor({ state: "detached" }))
      expect(complaints).toEqual([])
    }).pipe(Effect.provide(NodeContext.layer)),
  120_000
)
