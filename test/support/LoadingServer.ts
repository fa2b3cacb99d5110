import { Effect, Option } from "effect"
import * as BuiltServer from "./BuiltServer.ts"
import * as EmbeddedModel from "./EmbeddedModel.ts"
import * as Processes from "./Processes.ts"
import * as ServerFolder from "./ServerFolder.ts"
import * as WebClient from "./WebClient.ts"

/** The built server on the embedded model; nothing where that cannot be had. */
export const start = Effect.gen(function* () {
  if (Option.isNone(yield* EmbeddedModel.obtain)) return undefined
  return yield* BuiltServer.start(yield* ServerFolder.make({ character: ServerFolder.embedded("Hana") }))
})

/** A client whose connection has just made the server begin to load its model, and the process that loads it. */
export const connect = Effect.fnUntraced(function* (server: BuiltServer.BuiltServer) {
  const web = yield* WebClient.connect(server.url)
  const children = yield* Effect.sync(() => Processes.descendants(server.pid)).pipe(
    Effect.delay("10 millis"),
    Effect.repeat({ until: (pids) => pids.length > 0 })
  )
  return { web, children }
})
