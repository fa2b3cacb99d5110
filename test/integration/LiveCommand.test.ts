import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as LiveServers from "../support/LiveServers.ts"
import * as ServerFolder from "../support/ServerFolder.ts"

/** ms, for eight starts of the program. */
const limit = 120_000

describe("the command for live chats", () => {
  it.scopedLive(
    "ends with a clear line if there is nothing to read, or nobody to read it to",
    () =>
      Effect.gen(function* () {
        const bilibili = yield* LiveServers.bilibili(() => undefined)
        const folder = yield* ServerFolder.make({
          character: ServerFolder.stubbed("Hana", { url: "http://127.0.0.1:9" }),
          live: { bilibili_live: bilibili.config }
        })
        const refusing = yield* LiveServers.refusing(404)
        const there = yield* LiveServers.serve({})
        const runs = [
          [
            ["twitch"],
            /^seiyuu: No room of twitch is named: say --room, or set live_config\.twitch\.channels\.$/u
          ],
          [["bilibili", "--room", "Anna"], /^seiyuu: --room Anna: expected the number/u],
          [
            ["bilibili", "--room", "7", "--url", "file:///x"],
            /^seiyuu: --url file:\/\/\/x: expected an address/u
          ],
          [
            ["twitch", "--room", "two words", "--url", `${there.ws}proxy-ws`],
            /^seiyuu: there is no such room: the chat of Twitch, two words/u
          ],
          [
            ["bilibili", "--room", "8", "--url", `${there.ws}proxy-ws`],
            /^seiyuu: there is no such room: the chat of Bilibili, 8/u
          ],
          [
            ["twitch", "--room", "anna", "--url", "ws://127.0.0.1:1"],
            /^seiyuu: cannot connect to the server at 127\.0\.0\.1:1: start it/u
          ],
          [
            ["twitch", "--room", "anna", "--url", `${refusing}/chat`],
            /^seiyuu: --url …\/chat: expected an address that ends/u
          ],
          [
            ["twitch", "--room", "anna", "--url", `${refusing}/proxy-ws`],
            /^seiyuu: the server at \S+ has no session that is shared/u
          ]
        ] as const
        yield* Effect.forEach(
          runs,
          ([args, line]) =>
            Effect.gen(function* () {
              const run = yield* BuiltServer.launch(["live", "--config", `${folder}/conf.yaml`, ...args])
              expect(yield* run.ended).toEqual({ code: 1, signal: null })
              expect(run.stderr.at(-1)).toMatch(line)
            }),
          { concurrency: 2 }
        )
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )
})
