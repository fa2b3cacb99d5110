import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { spawnSync } from "node:child_process"
import { dirname, join } from "node:path"
import { NodeContext } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Option } from "effect"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as SocketTalk from "../support/SocketTalk.ts"
import * as StubProviders from "../support/StubProviders.ts"

const count = 1000

const uidOf = (index: number) => `2025-01-01_10-00-00_${index.toString(16).padStart(32, "0")}`

/** A folder of Open-LLM-VTuber with so many conversations of ten messages. */
const upstream = (conf: string) =>
  Effect.map(ServerFolder.make({ character: {} }), (folder) => {
    writeFileSync(join(folder, "conf.yaml"), readFileSync(conf))
    for (let index = 0; index < count; index++) {
      const file = join(folder, "chat_history", "hana_001", `${uidOf(index)}.json`)
      mkdirSync(dirname(file), { recursive: true })
      const messages = Array.from({ length: 10 }, (_, place) => ({
        role: place % 2 === 0 ? "human" : "ai",
        timestamp: "2025-01-01T10:00:02",
        content: `Imported ${index} ${place}`
      }))
      writeFileSync(file, JSON.stringify(messages))
    }
    return folder
  })

it.scopedLive(
  "an import beside a server that stores turns: nothing is lost on either side",
  () =>
    Effect.gen(function* () {
      const stub = yield* StubProviders.open({ chat: ({ text }) => ({ chunks: [`You said ${text}.`] }) })
      const folder = yield* ServerFolder.make({ character: ServerFolder.stubbed("Hana", stub) })
      const conf = join(folder, "conf.yaml")
      const from = yield* upstream(conf)
      const server = yield* BuiltServer.start(folder)
      const talk = yield* SocketTalk.open(server.url)
      yield* talk.ask("turn 0")
      const moving = yield* BuiltServer.launch(["import", from, "--config", conf])
      const watching = yield* Effect.fork(moving.ended)
      let turns = 1
      while (Option.isNone(yield* Fiber.poll(watching))) yield* talk.ask(`turn ${turns++}`)
      assert.deepStrictEqual(moving.stderr, [])
      assert.match(moving.stdout.join("\n"), new RegExp(`^conversations +${count} +0 +0 +0 +0 +0$`, "mu"))
      assert.isAbove(turns, 1)
      assert.deepStrictEqual(
        talk.web.received.filter(({ type }) => type === "error"),
        []
      )
      assert.deepStrictEqual(
        yield* talk.story,
        Array.from({ length: turns }, (_, turn) => [`human turn ${turn}`, `ai You said turn ${turn}.`]).flat()
      )
      yield* talk.web.send({ type: "fetch-history-list" })
      const list = yield* talk.web.nextOf("history-list")
      assert.strictEqual(list.type === "history-list" && list.histories.length, count + 1)
      assert.notMatch([...server.stdout, ...server.stderr].join("\n"), /locked|SQLITE_BUSY/u)
    }).pipe(Effect.provide(NodeContext.layer)),
  180_000
)

it.scopedLive(
  "an import shows a bar on a terminal, and nothing but the result elsewhere",
  () =>
    Effect.gen(function* () {
      const folder = yield* ServerFolder.make({ character: {} })
      const conf = join(folder, "conf.yaml")
      const from = yield* upstream(conf)
      const args = [join(process.cwd(), "dist/main.js"), "import", "--dry-run", from, "--config", conf]
      const piped = spawnSync(process.execPath, args, { encoding: "utf8" })
      assert.deepStrictEqual([piped.status, piped.stderr], [0, ""])
      assert.notInclude(piped.stdout, "\u001b")
      const command = [process.execPath, ...args].map((word) => `'${word}'`).join(" ")
      // A terminal of its own, by util-linux.
      const shown = spawnSync("script", ["-qec", command, "/dev/null"], { encoding: "utf8" }).stdout
      assert.match(shown, new RegExp(`conversations \\[[█░]+\\] ${count} of ${count}`, "u"))
      // The cursor comes back, and the result stands last.
      assert.isAbove(shown.lastIndexOf("\u001b[?25h"), shown.lastIndexOf("\u001b[?25l"))
      assert.isAbove(shown.lastIndexOf("Broken files: 0."), shown.lastIndexOf("of 1000"))
    }).pipe(Effect.provide(NodeContext.layer)),
  180_000
)
