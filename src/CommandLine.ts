import { Command, Options, ValidationError } from "@effect/cli"
import { Cause, Console, Effect, Layer, Option, Schema, Scope } from "effect"
import * as ConfigFile from "./config/ConfigFile.ts"
import * as Package from "./config/Package.ts"
import { ports } from "./config/SystemConfig.ts"
import { HttpServer } from "./server/HttpServer.ts"

/** What is served, built from the configuration; `HttpServer` says where. */
export type Server<E, R> = (loaded: ConfigFile.LoadedConfig) => Layer.Layer<HttpServer, E, R>

/** There is no such port. */
class NoSuchPort extends Schema.TaggedError<NoSuchPort>()("NoSuchPort", { port: Schema.Number }) {
  override get message(): string {
    return `--port ${this.port}: expected a number from ${ports.min} (the system chooses) to ${ports.max}.`
  }
}

const serve = Effect.fn("CommandLine.serve")(function* <E, R>(server: Server<E, R>, options: Chosen) {
  const port = Option.getOrUndefined(options.port)
  if (port !== undefined && (port < ports.min || port > ports.max)) return yield* new NoSuchPort({ port })
  const read = yield* ConfigFile.load(options.config)
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
  yield* Effect.forEach(loaded.warnings, (warning) => Effect.logWarning(warning))
  return yield* Effect.acquireUseRelease(
    Scope.make(),
    (scope) =>
      Layer.buildWithScope(server(loaded), scope).pipe(
        Effect.flatMap((context) => Effect.map(HttpServer, ({ url }) => url).pipe(Effect.provide(context))),
        Effect.flatMap((url) => Console.log(`seiyuu is listening: open ${url} in a browser`)),
        Effect.zipRight(Effect.never)
      ),
    // What does not close in time is left to the end of the process.
    (scope, exit) =>
      Scope.close(scope, exit).pipe(
        Effect.disconnect,
        Effect.interruptible,
        Effect.timeoutOption("5 seconds")
      )
  )
})

/** What the command line says. */
interface Chosen {
  readonly config: string
  readonly host: Option.Option<string>
  readonly port: Option.Option<number>
}

const options = {
  config: Options.text("config").pipe(
    Options.withDescription("The configuration file; relative paths in it start from its folder."),
    Options.withDefault("conf.yaml")
  ),
  host: Options.text("host").pipe(
    Options.withDescription("The address to listen on, instead of system_config.host."),
    Options.optional
  ),
  port: Options.integer("port").pipe(
    Options.withDescription("The port to listen on, instead of system_config.port."),
    Options.optional
  )
}

/** Runs the command line: `server` until it is interrupted, or one of the options that only print. */
export const run = <E extends { readonly message: string }, R>(server: Server<E, R>) =>
  Effect.gen(function* () {
    const version = yield* Package.version
    const command = Command.run(
      Command.make("seiyuu", options, (chosen) => serve(server, chosen)).pipe(
        Command.withDescription("A backend for AI voice characters, with the protocol of Open-LLM-VTuber.")
      ),
      { name: "seiyuu", version, executable: "seiyuu" }
    )
    yield* command(process.argv)
  }).pipe(
    // One clear line for people; a defect keeps its stack, for whoever mends it.
    Effect.tapErrorCause((cause) => {
      const failure = Cause.failureOption(cause)
      if (Option.isNone(failure))
        return Cause.isInterruptedOnly(cause) ? Effect.void : Console.error(Cause.pretty(cause))
      // The command line has printed its own.
      return ValidationError.isValidationError(failure.value)
        ? Effect.void
        : Console.error(`seiyuu: ${failure.value.message}`)
    })
  )
