#!/usr/bin/env node
import { resolve } from "node:path"
import { Command, Options, ValidationError } from "@effect/cli"
import { NodeContext, NodeHttpClient, NodeRuntime } from "@effect/platform-node"
import { Cause, Console, Effect, Exit, Layer, Option, Scope } from "effect"
import * as AgentTable from "./agent/AgentTable.ts"
import * as AsrTable from "./asr/AsrTable.ts"
import { Characters } from "./config/Characters.ts"
import * as ConfigFile from "./config/ConfigFile.ts"
import { ModelDict } from "./config/ModelDict.ts"
import * as Package from "./config/Package.ts"
import { Prompts } from "./config/Prompts.ts"
import { Settings } from "./config/Settings.ts"
import * as SqliteHistory from "./history/SqliteHistory.ts"
import * as LlmTable from "./llm/LlmTable.ts"
import { McpClients } from "./mcp/McpClient.ts"
import { EnginePool } from "./models/EnginePool.ts"
import { ModelStore } from "./models/ModelStore.ts"
import { HttpServer } from "./server/HttpServer.ts"
import { SessionRegistry } from "./session/SessionRegistry.ts"
import { Census } from "./telemetry/Census.ts"
import * as TtsTable from "./tts/TtsTable.ts"

/** Everything that lives as long as the process. A service closes before those that it is built on. */
const server = (loaded: ConfigFile.LoadedConfig) => {
  const { folder, config } = loaded
  const system = config.system_config
  const engines = Layer.mergeAll(AgentTable.layer, TtsTable.layer, AsrTable.layer, McpClients.layer)
  return HttpServer.layer.pipe(
    Layer.provide(Layer.mergeAll(engines, SessionRegistry.layer)),
    Layer.provide(LlmTable.layer),
    Layer.provide(EnginePool.layer({ idleTimeToLive: system.engine_idle_seconds * 1000 })),
    Layer.provide(
      Layer.mergeAll(
        Census.layer,
        Characters.layer(loaded),
        ModelDict.layer(loaded),
        ModelStore.layer({
          configFolder: folder,
          ...(system.models_dir === undefined ? {} : { folder: resolve(folder, system.models_dir) })
        }),
        Prompts.layer(loaded),
        Layer.succeed(Settings, { folder, system }),
        SqliteHistory.layer({ file: resolve(folder, system.database) })
      )
    )
  )
}

const serve = Effect.fn("serve")(function* (options: {
  readonly config: string
  readonly host: Option.Option<string>
  readonly port: Option.Option<number>
}) {
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
        port: Option.getOrElse(options.port, () => system_config.port)
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

const program = Effect.gen(function* () {
  const version = yield* Package.version
  const run = Command.run(
    Command.make("seiyuu", options, serve).pipe(
      Command.withDescription("A backend for AI voice characters, with the protocol of Open-LLM-VTuber.")
    ),
    { name: "seiyuu", version, executable: "seiyuu" }
  )
  yield* run(process.argv)
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
  }),
  Effect.provide(
    Layer.merge(
      NodeContext.layer,
      Layer.provideMerge(NodeHttpClient.layerUndiciWithoutDispatcher, NodeHttpClient.dispatcherLayer)
    )
  ),
  // Nobody collects spans yet, and making them is a quarter of what a connection costs.
  Effect.withTracerEnabled(false)
)

NodeRuntime.runMain(program, {
  disableErrorReporting: true,
  teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) || Cause.isInterruptedOnly(exit.cause) ? 0 : 1)
})
