import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Locator } from "playwright-core"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as Chromium from "../support/Chromium.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as StubProviders from "../support/StubProviders.ts"

const textOf = (what: Locator) => Effect.promise(() => what.textContent())
const there = (what: Locator) => Effect.promise(() => what.waitFor({ state: "attached" }))

describe("the page in a browser of another language", () => {
  it.scopedLive(
    "is in Chinese, and so are the server's words on it",
    () =>
      Effect.gen(function* () {
        const browser = yield* Chromium.open
        if (browser === undefined) return
        const stub = yield* StubProviders.open({ chat: () => ({ firstDelayMs: 600_000 }), msPerCharacter: 1 })
        const folder = yield* ServerFolder.make({ character: ServerFolder.stubbed("Hana", stub) })
        const server = yield* BuiltServer.start(folder)
        const { at, complaints } = yield* Chromium.visit(browser, server.url, { locale: "zh-TW" })
        yield* there(at("#status[data-connection=open]"))
        yield* there(at("#send:enabled"))
        expect(yield* textOf(at("#status"))).toBe("已连接")
        expect((yield* textOf(at("#mic")))?.trim()).toBe("说话")
        expect(yield* Effect.promise(() => at("#text").getAttribute("placeholder"))).toBe("输入消息")
        expect(yield* Effect.promise(() => at("html").getAttribute("lang"))).toBe("zh-CN")
        yield* Effect.promise(() => at("#text").fill("你好"))
        yield* Effect.promise(() => at("#send").click())
        yield* there(at("#subtitle").filter({ hasText: "思考中……" }))
        expect(complaints).toEqual([])

        const tool = yield* Chromium.visit(browser, `${server.url}/web-tool`, { locale: "zh-CN" })
        yield* there(tool.at("#say:enabled"))
        expect(yield* textOf(tool.at("h1"))).toBe("听与说")
        yield* Effect.promise(() => tool.at("#text").fill("..."))
        yield* Effect.promise(() => tool.at("#say").click())
        yield* there(tool.at("#speak-error").filter({ hasText: "这段文本没有可朗读的内容" }))
        expect(tool.complaints).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    180_000
  )
})
