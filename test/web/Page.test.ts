import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Locator } from "playwright-core"
import * as McpFolder from "../mcp/McpFolder.ts"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as Chromium from "../support/Chromium.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as StubProviders from "../support/StubProviders.ts"
import type { ChatScript } from "../support/ChatAnswer.ts"
import type { ChatRecord } from "../support/StubServer.ts"

const limit = 120_000

const sentences = ["[joy] Hello to you. ", "Tea is ready."]
const shown = "Hello to you. Tea is ready."

const chat = ({ body, text }: ChatRecord): ChatScript => {
  if (text === "Use your tools" && body.messages.at(-1)?.role !== "tool")
    return {
      calls: [
        { id: "1", name: "get-sum", arguments: '{"a": 12, "b": 30}' },
        { id: "2", name: "get-tiny-image", arguments: "{}" }
      ]
    }
  if (text === "Think hard") return { firstDelayMs: 600_000 }
  if (text === "Go on and on")
    return { chunks: Array.from({ length: 1000 }, () => "More and more. "), delayMs: 50 }
  return { chunks: sentences }
}

/** The page in a real browser, connected to the built server; nothing where there is no browser. */
const open = Effect.gen(function* () {
  const browser = yield* Chromium.open
  if (browser === undefined) return undefined
  // Long sentences: the browser is asked about its state now and then, not told of each change.
  const stub = yield* StubProviders.open({ chat, msPerCharacter: 150 })
  const folder = yield* ServerFolder.make({
    character: ServerFolder.stubbed("Hana", stub, {}, ServerFolder.tooled("everything")),
    servers: { everything: { ...McpFolder.everything, confirm: ["get-sum"] } },
    others: { "brook.yaml": { conf_name: "Brook", conf_uid: "brook_001", character_name: "Captain Brook" } }
  })
  const server = yield* BuiltServer.start(folder)
  const { at, complaints, page } = yield* Chromium.visit(browser, server.url)
  const state = (name: "idle" | "thinking" | "speaking") => there(at(`body[data-state=${name}]`))
  yield* there(at("#status[data-connection=open]"))
  yield* there(at("#send:enabled"))
  yield* there(at("#character option").nth(1))

  const say = Effect.fnUntraced(function* (text: string) {
    yield* Effect.promise(() => at("#text").fill(text))
    yield* Effect.promise(() => at("#send").click())
  })
  return { page, folder, server, stub, complaints, at, state, say }
})

const there = (what: Locator) => Effect.promise(() => what.waitFor({ state: "attached" }))

const textsOf = (what: Locator) => Effect.promise(() => what.allTextContents())

/** Waits until the mouth has had so many different shapes. */
const moving = (mouth: Locator, shapes: number) => {
  const seen = new Set<string | null>()
  return Effect.promise(() => mouth.getAttribute("d")).pipe(
    Effect.repeat({ until: (shape) => seen.add(shape).size >= shapes })
  )
}

describe("the page in a real browser", () => {
  it.scopedLive(
    "thinks, speaks with a moving mouth and a face, and shows what is said",
    () =>
      Effect.gen(function* () {
        const opened = yield* open
        if (opened === undefined) return
        const { at, complaints, say, state } = opened
        expect(yield* textsOf(at("#name"))).toEqual(["Hana"])
        yield* state("idle")
        yield* say("Think hard")
        yield* state("thinking")
        yield* say("Good morning")
        yield* state("speaking")
        yield* moving(at("#mouth"), 10)
        yield* there(at("#face[data-expression=joy]"))
        yield* state("idle")
        expect(yield* textsOf(at(".bubble.user .content"))).toEqual(["Think hard", "Good morning"])
        expect(yield* textsOf(at(".bubble.character .content"))).toEqual([shown])
        expect(yield* textsOf(at(".bubble.character .by"))).toEqual(["Hana"])
        yield* there(at("#histories .open"))
        expect(yield* textsOf(at("#histories .open span"))).toEqual([shown])
        expect(yield* textsOf(at("#notice-text"))).toEqual([""])
        expect(complaints).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "names conversations and finds what was said in them",
    () =>
      Effect.gen(function* () {
        const opened = yield* open
        if (opened === undefined) return
        const { at, complaints, page, say, state } = opened
        page.on("dialog", (dialog) => void dialog.accept("Morning tea"))
        yield* say("Good morning")
        yield* state("speaking")
        yield* state("idle")
        yield* Effect.promise(() => at("#conversations summary").click())
        yield* Effect.promise(() => at("#histories .rename").first().click())
        yield* there(at("#histories .open span").filter({ hasText: /^Morning tea$/u }))
        yield* Effect.promise(() => at("#search").fill("morn"))
        yield* there(at("#histories .open span").filter({ hasText: "Morning tea: Good morning" }))
        yield* Effect.promise(() => at("#search").fill("nothing of it"))
        yield* Effect.promise(() => at("#histories li").first().waitFor({ state: "detached" }))
        expect(complaints).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "keeps what is said before the new conversation has its name",
    () =>
      Effect.gen(function* () {
        const opened = yield* open
        if (opened === undefined) return
        const { at, page, say } = opened
        const held: Array<() => void> = []
        let holds = false
        yield* Effect.promise(() =>
          page.routeWebSocket(/client-ws/u, (socket) => {
            const server = socket.connectToServer()
            server.onMessage((message) => {
              holds ||= String(message).includes("new-history-created")
              if (holds) held.push(() => socket.send(message))
              else socket.send(message)
            })
          })
        )
        yield* Effect.promise(() => page.reload())
        yield* there(at("#send:enabled"))
        yield* say("Good morning")
        yield* there(at(".bubble.user"))
        yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => held.length > 3 })
        holds = false
        for (const release of held) release()
        yield* there(at(".bubble.character"))
        expect(yield* textsOf(at(".bubble.user .content"))).toEqual(["Good morning"])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "stops when it is interrupted, and goes on with the next question",
    () =>
      Effect.gen(function* () {
        const opened = yield* open
        if (opened === undefined) return
        const { at, complaints, say, state, stub } = opened
        yield* say("Go on and on")
        yield* there(at(".bubble.character"))
        yield* Effect.promise(() => at("#interrupt").click())
        yield* state("idle")
        yield* Effect.promise(() => stub.log.chats[0]!.over)
        expect(stub.log.chats[0]!.aborted).toBe(true)
        const heard = (yield* textsOf(at(".bubble.character .content")))[0]
        expect(heard).toMatch(/^More and more\./u)
        yield* say("Good morning")
        yield* state("speaking")
        yield* state("idle")
        expect(yield* textsOf(at(".bubble .content"))).toEqual(["Go on and on", heard, "Good morning", shown])
        // What the page says was heard is what the model remembers.
        const remembered = stub.log.chats.at(-1)?.body.messages.find(({ role }) => role === "assistant")
        expect(String(remembered?.content).trim()).toBe(heard?.trim())
        expect(complaints).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "switches to another character and back to an old conversation",
    () =>
      Effect.gen(function* () {
        const opened = yield* open
        if (opened === undefined) return
        const { at, complaints, page, say, state } = opened
        yield* say("Good morning")
        yield* state("speaking")
        yield* Effect.promise(() => at("#character").selectOption("Brook"))
        yield* there(at("#name").filter({ hasText: "Brook" }))
        yield* there(at("#messages:empty"))
        yield* say("Ahoy")
        yield* state("speaking")
        yield* state("idle")
        expect(yield* textsOf(at(".bubble.character .by"))).toEqual(["Captain Brook"])
        expect(yield* Effect.promise(() => page.title())).toBe("Brook")

        yield* Effect.promise(() => at("#character").selectOption("Hana"))
        yield* there(at("#name").filter({ hasText: "Hana" }))
        yield* there(at("#messages:empty"))
        yield* Effect.promise(() => at("#conversations summary").click())
        yield* Effect.promise(() => at("#histories .open").first().click())
        yield* there(at(".bubble.user"))
        expect(yield* textsOf(at(".bubble.user .content"))).toEqual(["Good morning"])
        expect(complaints).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "says quietly that the configuration has changed, until it counts or is dismissed",
    () =>
      Effect.gen(function* () {
        const opened = yield* open
        if (opened === undefined) return
        const { at, complaints, folder, say, state } = opened
        const rename = (name: string) =>
          Effect.sync(() =>
            writeFileSync(join(folder, "characters/brook.yaml"), `character_config: {conf_name: ${name}}\n`)
          )
        const told = at("#change-text").filter({ hasText: /has changed \(brook\.yaml\)/u })
        yield* there(at("#change-text:empty"))
        yield* rename("River")
        yield* there(told)
        yield* there(at("#character option").filter({ hasText: "River" }))
        expect(yield* Effect.promise(() => told.isVisible())).toBe(true)
        // It is no error, and nobody has to do anything about it to go on.
        expect(yield* Effect.promise(() => at("#notice").isVisible())).toBe(false)
        yield* say("Good morning")
        yield* state("speaking")
        yield* state("idle")
        yield* there(told)
        yield* Effect.promise(() => at("#character").selectOption("River"))
        yield* there(at("#name").filter({ hasText: "River" }))
        yield* there(at("#change-text:empty"))
        yield* rename("Lake")
        yield* there(told)
        yield* Effect.promise(() => at("#dismiss-change").click())
        yield* there(at("#change-text:empty"))
        expect(complaints).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "asks before a tool is used that wants it, and shows what tools do and their pictures",
    () =>
      Effect.gen(function* () {
        const opened = yield* open
        if (opened === undefined) return
        const { at, complaints, page, say, server, state } = opened
        yield* server.warm
        for (const [button, outcome] of [
          ["#allow", "The sum of 12 and 30 is 42."],
          ["#refuse", "did not allow"]
        ] as const) {
          yield* say("Use your tools")
          yield* there(at("#consent:not([hidden])"))
          expect(yield* textsOf(at("#consent-text"))).toEqual([
            'Hana wants to use the tool get-sum with {"a":12,"b":30}.'
          ])
          // What somebody is typing at this moment allows nothing.
          yield* Effect.promise(() => page.keyboard.press("Space"))
          expect(yield* Effect.promise(() => at("#consent").isVisible())).toBe(true)
          yield* Effect.promise(() => at(button).click())
          yield* there(at("#tools li").filter({ hasText: outcome }))
          yield* there(at("#tools li img[src^='data:image/png']"))
          yield* state("idle")
        }
        expect(yield* Effect.promise(() => at("#consent").isVisible())).toBe(false)
        expect(complaints).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )
})
