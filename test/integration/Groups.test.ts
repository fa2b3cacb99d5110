import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as BuiltServer from "../support/BuiltServer.ts"
import { PageLikeClient } from "../support/PageLikeClient.ts"
import * as PageServer from "../support/PageServer.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as StubProviders from "../support/StubProviders.ts"

const names = ["Hana", "Brook", "Mili", "Rei", "Sora"]

/** The built server with five characters, and a page for each of them. */
const open = Effect.fnUntraced(function* () {
  let answers = 0
  const stub = yield* StubProviders.open({
    chat: () => ({ chunks: [`This is answer ${++answers}.`] }),
    msPerCharacter: 1
  })
  const [first = "", ...others] = names
  const folder = yield* ServerFolder.make({
    character: ServerFolder.stubbed(first, stub),
    others: Object.fromEntries(
      others.map((name) => [`${name}.yaml`, { conf_name: name, conf_uid: name, character_name: name }])
    )
  })
  const server = yield* BuiltServer.start(folder)
  const pages = yield* Effect.forEach(names, () => PageLikeClient.open(server.url), { concurrency: 5 })
  for (const [index, page] of pages.entries()) {
    yield* page.until(({ configs, created }) => configs.length > 0 && created.length > 0)
    if (index === 0) continue
    page.switchTo(names[index]!)
    yield* page.until(({ character, created }) => character === names[index] && created.length > 1)
  }
  return { server, stub, pages }
}, Effect.provide(NodeContext.layer))

const uidOf = (page: PageLikeClient) => {
  const greeting = page.web.received.find((message) => message.type === "set-model-and-conf")
  return greeting?.type === "set-model-and-conf" ? greeting.client_uid : ""
}

const size = (page: PageLikeClient) => {
  const update = page.web.received.findLast((message) => message.type === "group-update")
  return update?.type === "group-update" ? update.members.length : 0
}

/** What the page showed of the turns that are over. */
const shown = ({ turns }: PageLikeClient) =>
  turns.filter(({ ended }) => ended).map(({ texts }) => texts.join(""))

describe("five clients in one group", () => {
  it.scopedLive(
    "see the same conversation, round and round, and have it in their histories",
    () =>
      Effect.gen(function* () {
        const { pages, server } = yield* open()
        const [owner] = pages
        for (const page of pages.slice(1))
          owner!.send({ type: "add-client-to-group", invitee_uid: uidOf(page) })
        for (const page of pages) yield* page.until((page) => size(page) === 5)
        expect(yield* server.status).toMatchObject({ sessions: 5, groups: 1, fibers: { group: 1 } })

        pages[2]!.type("What a lovely day.")
        for (const page of pages) yield* page.until((page) => shown(page).length >= 12)
        const twelve = Array.from({ length: 12 }, (_, index) => `This is answer ${index + 1}.`)
        for (const page of pages) expect(shown(page).slice(0, 12)).toEqual(twelve)

        // One of them is gone without a word, whoever speaks then; the others go on.
        pages[4]!.web.socket.terminate()
        const rest = pages.slice(0, 4)
        for (const page of rest) yield* page.until((page) => size(page) === 4)
        const before = shown(owner!).length
        for (const page of rest) yield* page.until((page) => shown(page).length >= before + 6)

        pages[1]!.interrupt()
        const stopped = (page: PageLikeClient) =>
          page.web.received.some(({ type }) => type === "interrupt-signal")
        for (const page of rest) yield* page.until(stopped)
        const signals = rest.map(
          ({ web }) => web.received.filter(({ type }) => type === "interrupt-signal").length
        )
        expect(signals).toEqual([1, 1, 1, 1])
        expect(rest.map(({ errors, wrong }) => [...errors, ...wrong])).toEqual([[], [], [], []])

        const stories = yield* Effect.forEach(rest, (page) => PageServer.storyOf(page, page.history))
        for (const story of stories) expect(story).toEqual(stories[0])
        expect(stories[0]!.slice(0, 13)).toEqual([
          "human What a lovely day.",
          ...twelve.map((text) => `ai ${text}`)
        ])
        expect(new Set(stories[0]).size).toBe(stories[0]!.length)

        for (const page of rest) page.web.socket.close()
        yield* server.idle
        expect(yield* server.status).toMatchObject({ sessions: 0, groups: 0, fibers: {} })
        expect(server.stderr).toEqual([])
      }),
    120_000
  )
})
