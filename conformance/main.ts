import { writeFileSync } from "node:fs"
import { Command, Options } from "@effect/cli"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Option, Schema } from "effect"
import * as Mind from "./Mind.ts"
import * as OwnServer from "./OwnServer.ts"
import { needs } from "./Row.ts"
import type { Need } from "./Row.ts"
import * as Scoreboard from "./Scoreboard.ts"
import * as Suite from "./Suite.ts"

const needList = Object.entries(needs).map(([need, meaning]) => `${need}: ${meaning}`)

const options = {
  url: Options.text("url").pipe(
    Options.withDescription(
      "The server's socket, such as ws://localhost:12393/client-ws. Without it, our own built server is started."
    ),
    Options.optional
  ),
  servicesPort: Options.integer("services-port").pipe(
    Options.withDescription(
      `The port of the suite's own model and voice. ${OwnServer.usualPort} unless the server is our own.`
    ),
    Options.optional
  ),
  without: Options.choice("without", Object.keys(needs) as [Need, ...Array<Need>]).pipe(
    Options.withDescription(`Leaves out what the server doesn't have. ${needList.join("; ")}.`),
    Options.repeated
  ),
  only: Options.text("only").pipe(
    Options.withDescription("Only rows with this text in their message or title."),
    Options.optional
  ),
  tool: Options.text("tool").pipe(Options.withDescription("A tool to call."), Options.withDefault("echo")),
  toolArguments: Options.text("tool-arguments").pipe(
    Options.withDescription("Its arguments as JSON."),
    Options.withSchema(Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.Unknown }))),
    Options.withDefault({ message: "Hello" })
  ),
  patience: Options.integer("patience").pipe(
    Options.withDescription("Seconds that a row waits for one message (20)."),
    Options.withDefault(20)
  ),
  json: Options.text("json").pipe(
    Options.withDescription("A file that the scoreboard is written to as JSON."),
    Options.optional
  )
}

class NoAddress extends Schema.TaggedError<NoAddress>()("NoAddress", { message: Schema.String }) {}

/** The address without the path and in HTTP's words; fails if nothing answers there. */
const originOf = Effect.fnUntraced(function* (url: string) {
  const text = url.replace(/^ws(?=s?:)/iu, "http")
  if (!/^https?:\/\/[^/]/iu.test(text) || !URL.canParse(text))
    return yield* new NoAddress({
      message: `--url ${url} is no address: expected one such as ws://localhost:12393/client-ws`
    })
  const { origin } = new URL(text)
  yield* Effect.tryPromise({
    try: (signal) => fetch(origin, { signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]) }),
    catch: () =>
      new NoAddress({ message: `--url ${url}: nothing answers at ${origin}. Start the server first.` })
  })
  return origin
})

const command = Command.make(
  "conformance",
  options,
  Effect.fnUntraced(function* ({ json, only, patience, servicesPort, tool, toolArguments, url, without }) {
    const port = Option.getOrElse(servicesPort, () => (Option.isSome(url) ? OwnServer.usualPort : 0))
    const mind = yield* Mind.open(port)
    const target = {
      url: yield* Option.match(url, { onSome: originOf, onNone: () => OwnServer.start(mind.stub.url) }),
      mind,
      patience: patience * 1000,
      tool: { name: tool, arguments: toolArguments }
    }
    const scoreboard = Scoreboard.of(yield* Suite.run(target, { only, without }))
    yield* Console.log(Scoreboard.table(scoreboard))
    if (Option.isSome(json)) writeFileSync(json.value, `${JSON.stringify(scoreboard, undefined, 2)}\n`)
    if (scoreboard.failed > 0) yield* Effect.sync(() => void (process.exitCode = 1))
  }, Effect.scoped)
).pipe(
  Command.withDescription(
    "Tries every promise of the protocol on a server, by its real socket, and says what holds."
  )
)

NodeRuntime.runMain(
  Command.run(command, { name: "conformance", version: "1" })(process.argv).pipe(
    Effect.catchTag("NoAddress", ({ message }) =>
      Effect.zipRight(
        Console.error(message),
        Effect.sync(() => void (process.exitCode = 1))
      )
    ),
    Effect.provide(NodeContext.layer)
  )
)
