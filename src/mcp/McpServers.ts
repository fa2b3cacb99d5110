import { createHash } from "node:crypto"
import { Path } from "@effect/platform"
import { Effect, Either, ExecutionStrategy, Fiber, Layer, Redacted, Scope } from "effect"
import type { Duration } from "effect"
import { basicSettings } from "../config/AgentConfig.ts"
import type { McpServerEntry } from "../config/McpServerConfig.ts"
import { McpEntries } from "../config/McpEntries.ts"
import type * as McpServersFile from "../config/McpServersFile.ts"
import * as Package from "../config/Package.ts"
import { Settings } from "../config/Settings.ts"
import * as WarnOnce from "../config/WarnOnce.ts"
import { EnginePool } from "../engine/EnginePool.ts"
import * as CallFailure from "./CallFailure.ts"
import * as CharacterTools from "./CharacterTools.ts"
import { unavailable } from "./CharacterTools.ts"
import * as EntrySecrets from "./EntrySecrets.ts"
import { McpClients, none } from "./McpClient.ts"
import * as McpConnection from "./McpConnection.ts"
import * as McpServer from "./McpServer.ts"
import { NotConnected } from "./NotConnected.ts"
import * as RemoteServer from "./RemoteServer.ts"
import * as ServerProcess from "./ServerProcess.ts"
import * as ToolNames from "./ToolNames.ts"
import { say } from "../language/Text.ts"

export interface Options {
  /** How long a character waits for its servers; the tools of later ones come when they are there. Defaults to 10 seconds. */
  readonly patience?: Duration.DurationInput
}

/** How long one is waited for that was waited for in vain: enough for a failure, or a server that is there by now. */
const brief = "200 millis"

/** The servers of `mcp_servers.json`, each one process (or connection) for all sessions. */
export const layer = (options: Options = {}) => Layer.effect(McpClients, make(options))

const make = Effect.fnUntraced(function* ({ patience = "10 seconds" }: Options) {
  const { folder } = yield* Settings
  const entries = yield* McpEntries
  const pool = yield* EnginePool
  const version = yield* Package.version
  const path = yield* Path.Path
  const warnOnce = WarnOnce.make()
  /** The entry, as an id, of each server that a session has waited for in vain: until it answers or fails, others hardly wait. */
  const silent = new Map<string, string>()
  const readFile = Effect.tap(entries.read, ({ warnings }) =>
    Effect.forEach(warnings, warnOnce, { discard: true })
  )

  const connect = (name: string, entry: McpServerEntry) => {
    const timeout = entry.timeout * 1000
    const clean = EntrySecrets.cleaning(entry)
    const options = { name, version, timeout, remote: entry.url !== undefined, clean }
    const env = Redacted.value(entry.env)
    const headers = Redacted.value(entry.headers)
    const { args, command = "", cwd = ".", oauth, url } = entry
    return url === undefined
      ? connectProcess({ name, command, args, env, folder: path.resolve(folder, cwd), clean }, options)
      : RemoteServer.open({ url, headers, oauth, transport: transportOf(entry) }, options).pipe(
          Effect.mapError(({ error }) => CallFailure.notConnected(error, clean))
        )
  }
  const spec = (name: string, entry: McpServerEntry) => ({
    kind: "mcp" as const,
    id: idOf(name, entry),
    load: McpServer.open({
      name,
      timeout: entry.timeout * 1000,
      connect: connect(name, entry),
      clean: EntrySecrets.cleaning(entry)
    }).pipe(Effect.mapError(({ advice, cause, reason }) => unavailable(name, { advice, reason }, cause)))
  })
  const borrow = (file: McpServersFile.McpServersFile, name: string) =>
    Either.match(file.find(name), {
      onLeft: (why) => Effect.fail(unavailable(name, why)),
      onRight: (entry) => Effect.map(pool.borrow(spec(name, entry)), (server) => ({ name, entry, server }))
    })

  const open = Effect.fn("McpServers.open")(function* (wanted: ReadonlyArray<string>) {
    const file = yield* readFile
    const scope = yield* Effect.scope
    // Made before the fibers that borrow into it, so that these have stopped when it closes.
    const servers = yield* Scope.fork(scope, ExecutionStrategy.parallel)
    const opening = wanted.map((name): CharacterTools.Opening & { readonly id: string } => ({
      name,
      id: Either.match(file.find(name), { onLeft: () => "", onRight: (entry) => idOf(name, entry) }),
      held: undefined,
      failure: undefined
    }))
    const awaits = opening.map(({ id, name }) => silent.get(name) !== id)
    let late = false
    const fibers = yield* Effect.forEach(opening, (one) =>
      Scope.fork(servers, ExecutionStrategy.sequential).pipe(
        Effect.flatMap((server) => Scope.extend(borrow(file, one.name), server)),
        Effect.matchEffect({
          onSuccess: (held) => {
            silent.delete(one.name)
            one.held = held
            return Effect.flatMap(held.server.tools, (tools) =>
              Effect.forEach(ToolNames.warnings(one.name, held.entry, tools), warnOnce, { discard: true })
            )
          },
          onFailure: (failure) => {
            silent.delete(one.name)
            one.failure = failure
            return late ? Effect.logWarning(failure.message) : Effect.void
          }
        }),
        Effect.forkIn(scope)
      )
    )
    const within = (time: Duration.DurationInput, which: boolean) =>
      Effect.timeoutOption(Fiber.awaitAll(fibers.filter((_, index) => awaits[index] === which)), time)
    yield* Effect.all([within(patience, true), within(brief, false)], { concurrency: 2 })
    late = true
    for (const { failure, held, id, name } of opening)
      if (held === undefined && failure === undefined) silent.set(name, id)
    return CharacterTools.clientOf(opening)
  })

  return McpClients.of({
    open: (config) => {
      const settings = basicSettings(config)
      const wanted = settings?.use_mcpp === true ? [...new Set(settings.mcp_enabled_servers)] : []
      return wanted.length === 0 ? Effect.succeed(none) : open(wanted)
    }
  })
})

/** The entry may hold keys, and ids are shown. */
const idOf = (name: string, entry: McpServerEntry): string => `${name}:${digest(entry)}`

const digest = (entry: McpServerEntry): string =>
  createHash("sha256")
    .update(
      JSON.stringify([
        { ...entry, oauth: { ...entry.oauth, client_secret: undefined } },
        Redacted.value(entry.env),
        Redacted.value(entry.headers),
        entry.oauth && Redacted.value(entry.oauth.client_secret)
      ])
    )
    .digest("hex")
    .slice(0, 16)

const transportOf = ({ transport, type }: McpServerEntry): RemoteServer.Options["transport"] => {
  const said = transport ?? type
  return said === undefined || said === "sse" ? said : "http"
}

/** Starts a server's process and connects to it; why that failed is best known by how the process ended. */
const connectProcess = Effect.fnUntraced(function* (
  options: ServerProcess.Options,
  connection: McpConnection.Options
) {
  const process = yield* ServerProcess.open(options)
  return yield* McpConnection.open(process.transport, connection).pipe(
    Effect.catchAll(({ error }) =>
      Effect.gen(function* () {
        const words = yield* process.lastWords
        if (words !== undefined) yield* Effect.logWarning(`MCP server ${options.name}: ${words}`)
        const end = yield* process.end
        if (end === undefined) return yield* CallFailure.notConnected(error, options.clean)
        return yield* new NotConnected({
          reason: say("tools.whileStarted", end),
          advice: say("tools.lastWords")
        })
      })
    )
  )
})
