import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { NodeContext } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"
import * as BuiltServer from "../support/BuiltServer.ts"
import { password, PostgresServer } from "../support/PostgresServer.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as SocketTalk from "../support/SocketTalk.ts"
import * as StubProviders from "../support/StubProviders.ts"
import type { WebClient } from "../support/WebClient.ts"

const limit = 180_000

/** Folders with a server's configuration that name one database; the character repeats what it hears. */
const folderOf = Effect.fnUntraced(function* (database: string) {
  const stub = yield* StubProviders.open({ chat: ({ text }) => ({ chunks: [`You said ${text}.`] }) })
  return yield* ServerFolder.make({ character: ServerFolder.stubbed("Hana", stub), system: { database } })
})

/** Asks, and gives the answer. */
const ask = <Type extends ServerMessage["type"]>(web: WebClient, message: object, type: Type) =>
  Effect.zipRight(
    web.send(message),
    Effect.map(web.nextOf(type), (answer) => answer as Extract<ServerMessage, { readonly type: Type }>)
  )

const listed = (web: WebClient) =>
  Effect.map(ask(web, { type: "fetch-history-list" }, "history-list"), ({ histories }) =>
    histories.map(({ latest_message, title, uid }) => [uid, title, latest_message.content])
  )

const loaded = (web: WebClient, history_uid: string) =>
  Effect.map(
    ask(web, { type: "fetch-and-set-history", history_uid, limit: 500 }, "history-data"),
    ({ messages }) => messages.map(({ content }) => content)
  )

const seiyuu = (...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const launched = yield* BuiltServer.launch(args)
    const { code } = yield* launched.ended
    assert.strictEqual(code, 0, launched.stderr.join("\n"))
    return launched.stdout.join("\n")
  }).pipe(Effect.scoped)

/** The conversations' files below a folder, with their bytes. */
const conversations = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, "latin1")])
  )

layer(PostgresServer.layer, { excludeTestServices: true })("the built server on PostgreSQL", (it) => {
  it.scoped(
    "stores, finds, names and loads conversations, also after a restart and with a second server",
    () =>
      Effect.gen(function* () {
        const folder = yield* folderOf(yield* (yield* PostgresServer).database)
        const history = yield* Effect.gen(function* () {
          const server = yield* BuiltServer.start(folder)
          const { ask: say, history, web } = yield* SocketTalk.open(server.url)
          yield* say("Good morning")
          yield* ask(web, { type: "rename-history", history_uid: history, title: "Tea" }, "history-renamed")
          const found = yield* ask(web, { type: "search-histories", text: "MORN" }, "history-search-results")
          assert.deepStrictEqual(
            found.results.map(({ role, title, uid }) => [role, title, uid]),
            [
              ["ai", "Tea", history],
              ["human", "Tea", history]
            ]
          )
          assert.deepStrictEqual(yield* listed(web), [[history, "Tea", "You said Good morning."]])
          assert.notInclude([...server.stdout, ...server.stderr].join("\n"), encodeURIComponent(password))
          web.socket.terminate()
          assert.strictEqual((yield* server.stop("SIGTERM")).code, 0)
          return history
        }).pipe(Effect.scoped)

        const one = yield* BuiltServer.start(folder)
        const first = yield* SocketTalk.open(one.url)
        // Fresh and empty when the other server starts: it must be left alone.
        const fresh = first.history
        const other = yield* BuiltServer.start(folder)
        const second = yield* SocketTalk.open(other.url)
        yield* first.ask("Hello")
        assert.deepStrictEqual(yield* listed(second.web), [
          [fresh, undefined, "You said Hello."],
          [history, "Tea", "You said Good morning."]
        ])
        assert.deepStrictEqual(yield* loaded(second.web, history), ["Good morning", "You said Good morning."])
        yield* second.ask("And goodbye")
        assert.deepStrictEqual(yield* loaded(first.web, history), [
          "Good morning",
          "You said Good morning.",
          "And goodbye",
          "You said And goodbye."
        ])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scoped(
    "tells one clear error while the database is away, and stores again when it is back",
    () =>
      Effect.gen(function* () {
        const postgres = yield* PostgresServer
        const server = yield* BuiltServer.start(yield* folderOf(yield* postgres.database))
        const talk = yield* SocketTalk.open(server.url)
        yield* talk.ask("One")
        yield* postgres.stop
        const { message } = yield* ask(talk.web, { type: "fetch-history-list" }, "error")
        assert.match(message, /^The conversations' database cannot be reached at the moment/u)
        const turn = yield* talk.ask("Two")
        assert.deepStrictEqual(turn.filter(({ type }) => type === "error").map(SocketTalk.summary), [
          `error ${message.replace(/\(.*?\)/u, "(add messages)")}`
        ])
        yield* postgres.start
        yield* talk.ask("Three")
        const story = yield* talk.story
        assert.deepStrictEqual(story.slice(0, 2), ["human One", "ai You said One."])
        assert.deepStrictEqual(story.slice(-2), ["human Three", "ai You said Three."])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scoped(
    "takes conversations from SQLite by files, and gives the same bytes back",
    () =>
      Effect.gen(function* () {
        const sqlite = yield* folderOf("data/history.db")
        const postgres = yield* folderOf(yield* (yield* PostgresServer).database)
        const source = yield* ServerFolder.make({ character: {} })
        const [from, back] = [join(source, "out"), join(source, "back")]
        const config = (folder: string) => ["--config", join(folder, "conf.yaml")]
        yield* Effect.gen(function* () {
          const server = yield* BuiltServer.start(sqlite)
          const talk = yield* SocketTalk.open(server.url)
          yield* talk.ask('Good morning, 雫 🌸 \\ "q" <b>')
          yield* ask(talk.web, { type: "create-new-history" }, "new-history-created")
          yield* talk.ask("Two\nlines")
          yield* server.stop("SIGTERM")
        }).pipe(Effect.scoped)
        yield* seiyuu("export", from, ...config(sqlite))
        writeFileSync(join(from, "conf.yaml"), readFileSync(join(postgres, "conf.yaml")))
        const told = yield* seiyuu("import", from, ...config(postgres))
        assert.match(told, /^conversations +2 /mu)
        yield* seiyuu("export", back, ...config(postgres))
        assert.strictEqual(Object.keys(conversations(from)).length, 2)
        assert.deepStrictEqual(conversations(back), conversations(from))
        assert.match(yield* seiyuu("import", from, ...config(postgres)), /^conversations +0 +0 +2 /mu)
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )
})
