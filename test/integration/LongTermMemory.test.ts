import { readdirSync } from "node:fs"
import { join } from "node:path"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import * as EmbeddedModel from "../support/EmbeddedModel.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as SocketTalk from "../support/SocketTalk.ts"
import * as StubProviders from "../support/StubProviders.ts"
import type { ChatRecord } from "../support/StubServer.ts"

const limit = 120_000

/** Runs `seiyuu memory` with these arguments to its end. */
const memory = (folder: string, ...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const launched = yield* BuiltServer.launch(["memory", ...args, "--config", join(folder, "conf.yaml")])
    const { code } = yield* launched.ended
    return { code, stdout: launched.stdout.join("\n"), stderr: launched.stderr.join("\n") }
  }).pipe(Effect.scoped)

const isTask = ({ body }: ChatRecord) => JSON.stringify(body.messages[0]).includes("operations")

/** A model that notes what it is told of cats, and answers in one sentence. */
const stub = StubProviders.open({
  chat: (record) =>
    isTask(record)
      ? {
          chunks: [
            record.text.includes("two cats")
              ? '{"operations": [{"op": "add", "text": "Tester has two cats called Miso and Tofu.", "importance": 8}]}'
              : '{"operations": []}'
          ]
        }
      : { chunks: ["I see."] }
})

const character = (url: { readonly url: string }) => {
  const base = ServerFolder.stubbed("Hana", url) as {
    readonly agent_config: { readonly agent_settings: { readonly basic_memory_agent: object } }
  }
  const { agent_config } = base
  return {
    ...base,
    agent_config: {
      ...agent_config,
      agent_settings: {
        basic_memory_agent: {
          ...agent_config.agent_settings.basic_memory_agent,
          long_term_memory: { enabled: true }
        }
      }
    }
  }
}

describe("long-term memory", () => {
  it.scopedLive(
    "survives the server, is recalled in another conversation, and is looked after from the command line",
    () =>
      Effect.gen(function* () {
        const provider = yield* stub
        const folder = yield* ServerFolder.make({ character: character(provider) })
        const learnt = Effect.gen(function* () {
          const server = yield* BuiltServer.start(folder)
          const talk = yield* SocketTalk.open(server.url)
          yield* talk.ask("I have two cats at home")
          const known = yield* talk.web.send({ type: "fetch-memories" }).pipe(
            Effect.zipRight(talk.web.nextOf("memory-list")),
            Effect.repeat({
              until: (message) => message.type === "memory-list" && message.memories.length > 0
            })
          )
          expect(known).toMatchObject({
            memories: [{ importance: 8, text: expect.stringContaining("Miso") }]
          })
        })
        yield* Effect.scoped(learnt)

        const server = yield* BuiltServer.start(folder)
        const talk = yield* SocketTalk.open(server.url)
        // No turn waits for what it takes to recall; once that is loaded, it is there.
        const recalled = () =>
          provider.log.chats.some(
            (record) => !isTask(record) && record.text.includes("Tester has two cats called Miso and Tofu.")
          )
        yield* Effect.repeat(talk.ask("What are my cats called?"), { until: recalled })

        // A server may run meanwhile.
        const listed = yield* memory(folder, "list")
        expect(listed).toMatchObject({ code: 0, stderr: "" })
        expect(listed.stdout).toMatch(
          /1 +Tester +8 +\d{4}-\d\d-\d\d +Tester has two cats called Miso and Tofu\./
        )
        expect((yield* memory(folder, "list", "--person", "Ben")).stdout).not.toContain("Miso")
        expect(
          yield* memory(folder, "edit", "1", "Tester has a dog called Udon.", "--importance", "9")
        ).toEqual({
          code: 0,
          stdout: "Memory 1 has been changed.",
          stderr: ""
        })
        expect(JSON.parse((yield* memory(folder, "export", "--character", "hana_001")).stdout)).toMatchObject(
          [{ id: 1, person: "Tester", text: "Tester has a dog called Udon.", importance: 9 }]
        )
        expect(yield* memory(folder, "list", "--character", "Hanna")).toEqual({
          code: 1,
          stdout: "",
          stderr:
            'seiyuu: --character "Hanna": there is no such character (did you mean "Hana"?); there are Hana.'
        })
        expect(yield* memory(folder, "delete", "7")).toMatchObject({
          code: 1,
          stderr: 'seiyuu: There is no memory 7. "seiyuu memory list" says which there are.'
        })
        const complaints = [
          [["delete"], "Say which memories to delete: either their numbers, or --all."],
          [["delete", "--all", "1"], "Say which memories to delete: either their numbers, or --all."],
          [["delete", "one"], 'There is no memory one. "seiyuu memory list" says which there are.'],
          [["edit", "1", " "], "The text of a memory is not empty. Nothing has been changed."],
          [
            ["edit", "1", "x".repeat(301)],
            "The text has 301 characters; 300 is the most. Nothing has been changed."
          ],
          [
            ["edit", "1", "Tester is here.", "--importance", "high"],
            '--importance is a whole number from 1 to 10, and not "high". Nothing has been changed.'
          ]
        ] as const
        for (const [args, complaint] of complaints)
          expect(yield* memory(folder, ...args)).toEqual({
            code: 1,
            stdout: "",
            stderr: `seiyuu: ${complaint}`
          })
        expect(yield* memory(folder, "delete", "--all")).toEqual({
          code: 0,
          stdout: "Memories deleted: 1.",
          stderr: ""
        })
        yield* talk.web.send({ type: "fetch-memories" })
        expect(yield* talk.web.nextOf("memory-list")).toMatchObject({ memories: [] })
      }).pipe(Effect.provide(NodeContext.layer), EmbeddedModel.needing(EmbeddedModel.embedding)),
    limit
  )

  it.scopedLive(
    "has no database before the first start, and a look at it makes none",
    () =>
      Effect.gen(function* () {
        const folder = yield* ConfigFolder.make({ "conf.yaml": ConfigFolder.minimal })
        expect(yield* memory(folder, "list")).toEqual({
          code: 1,
          stdout: "",
          stderr: expect.stringMatching(/^seiyuu: There are no memories: data\/history\.db .* not there yet/u)
        })
        expect(readdirSync(folder)).toEqual(["conf.yaml"])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )
})
