import { tmpdir } from "node:os"
import { PassThrough } from "node:stream"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, TestClock } from "effect"
import * as RemoteFailure from "../../src/engine/RemoteFailure.ts"
import * as Link from "../../src/wyoming/Link.ts"
import * as OwnServer from "../../src/wyoming/OwnServer.ts"
import * as Server from "../../src/wyoming/Server.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import * as Processes from "../support/Processes.ts"

const program = fileURLToPath(new URL("../support/wyoming-server.mjs", import.meta.url))

const open = (command: ReadonlyArray<string>) =>
  OwnServer.open({
    kind: "tts",
    engine: "wyoming_tts",
    command,
    folder: tmpdir(),
    install: "Install it.",
    advice: "Look at it."
  })

const overPort = [process.execPath, program, "{uri}"]
const overPipes = [process.execPath, program]

/** Asks what there is, over a connection of its own. */
const ask = (server: Server.Server) => Effect.map(Server.talk(server, Server.describe), ({ tts }) => tts)

const gone = (pids: ReadonlyArray<number>) =>
  Effect.sync(() => Processes.alive(pids)).pipe(
    Effect.delay("20 millis"),
    Effect.repeat({ until: (pids) => pids.length === 0 })
  )

describe("OwnServer", () => {
  it.live("is started anew after a wait that grows until something has been answered", () => {
    const log: Array<string> = []
    const waits = () => log.flatMap((line) => /started anew in (.*)$/u.exec(line)?.slice(1) ?? [])
    return Effect.gen(function* () {
      const server = yield* open(overPort)
      /** Ends the process, and waits for the next one, of which nothing is asked. */
      const next = Effect.gen(function* () {
        const before = yield* server.pid
        yield* server.hung
        yield* Effect.repeat(Effect.delay(server.pid, "10 millis"), { until: (pid) => pid !== before })
      })
      for (const wait of ["250ms", "500ms", "1s"]) {
        yield* next
        assert.strictEqual(waits().at(-1), wait)
      }
      assert.lengthOf(yield* ask(server), 1)
      yield* next
      assert.deepStrictEqual(waits(), ["250ms", "500ms", "1s", "250ms"])
    }).pipe(Effect.scoped, Effect.provide(ConfigFolder.logTo(log)))
  })

  it.live("is not ended for one silence while it answers others", () =>
    Effect.gen(function* () {
      const server = yield* open(overPort)
      const before = yield* server.pid
      const silence = Effect.fail(RemoteFailure.tooSlow(Duration.seconds(1)))
      yield* Effect.flip(Server.watched(server, Effect.zipRight(ask(server), silence)))
      assert.lengthOf(yield* ask(server), 1)
      assert.strictEqual(yield* server.pid, before)
      yield* Effect.flip(Server.watched(server, silence))
      yield* Effect.repeat(Effect.delay(server.pid, "10 millis"), { until: (pid) => pid !== before })
    }).pipe(Effect.scoped)
  )

  it.live("asks the next process when one over its pipes does not answer any more", () =>
    Effect.gen(function* () {
      const server = yield* open(overPipes)
      const guard = (yield* server.pid)!
      for (const pid of Processes.descendants(guard)) process.kill(pid, "SIGSTOP")
      assert.lengthOf(yield* ask(server), 1)
      assert.notStrictEqual(yield* server.pid, guard)
    }).pipe(Effect.scoped)
  )

  it.scoped("hears of a silence about what it has", () =>
    Effect.gen(function* () {
      let hung = 0
      const link = Link.over({ input: new PassThrough(), output: new PassThrough() })
      const stock = Server.stock({
        ...Server.at("tcp://127.0.0.1:9"),
        connect: Effect.succeed(link),
        hung: Effect.sync(() => void hung++)
      })
      const info = yield* Effect.fork(Effect.flip(stock.info()))
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(info)
      assert.strictEqual(hung, 1)
    })
  )

  for (const [how, command] of [
    ["a port", overPort],
    ["its pipes", overPipes]
  ] as const)
    it.live(`answers over ${how}, and leaves no process`, () =>
      Effect.gen(function* () {
        const pids = yield* Effect.scoped(
          Effect.gen(function* () {
            const server = yield* open(command)
            const found = yield* Effect.forEach([1, 2, 3], () => ask(server), { concurrency: "unbounded" })
            assert.lengthOf(found, 3)
            const guard = (yield* server.pid)!
            return [guard, ...Processes.descendants(guard)]
          })
        )
        assert.isAtLeast(pids.length, 2)
        yield* gone(pids)
      })
    )

  it.live("says so of a program that listens and speaks another protocol", () =>
    Effect.gen(function* () {
      const answer =
        "socket => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\\r\\nContent-Length: 0\\r\\n\\r\\n')"
      const script = `require("node:net").createServer(${answer}).listen(new URL(process.argv[1]).port, "127.0.0.1")`
      const { message } = yield* Effect.flip(open([process.execPath, "-e", script, "{uri}"]))
      assert.include(message, "sent what cannot be read")
      assert.include(message, "Look at it.")
    }).pipe(Effect.scoped)
  )

  it.live(
    "has one conversation at a time over its pipes, and another process after one that was given up",
    () =>
      Effect.gen(function* () {
        const server = yield* open(overPipes)
        assert.isTrue(server.isExclusive)
        const before = yield* server.pid
        const given = yield* Effect.fork(
          Server.talk(server, (link: Link.Link) => Effect.zipRight(link.receive, Effect.void))
        )
        yield* Effect.sleep("100 millis")
        yield* given.interruptAsFork(given.id())
        assert.lengthOf(yield* ask(server), 1)
        assert.notStrictEqual(yield* server.pid, before)
      }).pipe(Effect.scoped)
  )
})
