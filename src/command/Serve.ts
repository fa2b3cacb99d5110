import { Command } from "@effect/cli"
import { Console, Effect, Layer, Option, Schema, Scope } from "effect"
import * as ConfigFile from "../config/ConfigFile.ts"
import { ports } from "../config/SystemConfig.ts"
import * as GroupLeader from "../engine/GroupLeader.ts"
import { HttpServer } from "../server/HttpServer.ts"
import * as Root from "./Root.ts"

/** What is served, built from the configuration; `HttpServer` says where. */
export type Server<E, R> = (loaded: ConfigFile.LoadedConfig) => Layer.Layer<HttpServer, E, R>

/** There is no such port. */
class NoSuchPort extends Schema.TaggedError<NoSuchPort>()("NoSuchPort", { port: Schema.Number }) {
  override get message(): string {
    return `--port ${this.port}: expected a number from ${ports.min} (the system chooses) to ${ports.max}.`
  }
}

const serve = Effect.fn("Serve.serve")(function* <E, R>(server: Server<E, R>, options: Root.Chosen) {
  const port = Option.getOrUndefined(options.port)
  if (port !== undefined && (port < ports.min || port > ports.max)) return yield* new NoSuchPort({ port })
  const read = yield* ConfigFile.load(Option.getOrElse(options.config, () => Root.usualConfig))
  const { character_config, live_config, system_config } = read.config
  const loaded: ConfigFile.LoadedConfig = {
    ...read,
    config: {
      character_config,
      live_config,
      system_config: {
        ...system_config,
        host: Option.getOrElse(options.host, () => system_config.host),
        port: port ?? system_config.port
      }
    }
  }
  yield* Effect.forEach(loaded.migrated, (change) =>
    Effect.logInfo(`${change}; the file was read so ("seiyuu config migrate --write" rewrites it)`)
  )
  yield* Effect.forEach(loaded.warnings, (warning) => Effect.logWarning(warning))
  return yield* Effect.acquireUseRelease(
    Scope.make(),
    (scope) =>
      Layer.buildWithScope(server(loaded), scope).pipe(
        Effect.flatMap((context) => Effect.map(HttpServer, ({ url }) => url).pipe(Effect.provide(context))),
        Effect.flatMap((url) => Console.log(`seiyuu is listening: open ${url} in a browser`)),
        Effect.zipRight(Effect.never)
      ),
    // What does not close in time is left to the end of the process, except for programs: they would outlive it.
    (scope, exit) =>
      Scope.close(scope, exit).pipe(
        Effect.disconnect,
        Effect.interruptible,
        Effect.timeoutOption("5 seconds"),
        Effect.zipRight(GroupLeader.killAll)
      )
  )
})

/** `seiyuu` alone: serves until it is interrupted. */
export const command = <E, R>(server: Server<E, R>) =>
  Command.withHandler(Root.command, (chosen) => serve(server, chosen))
