import { Context, Effect, Layer } from "effect"
import type { Scope } from "effect"
import { EnginePool } from "../engine/EnginePool.ts"
import type { EngineUse } from "../engine/EnginePool.ts"
import { Groups } from "../group/Groups.ts"
import type { Counts } from "../group/Groups.ts"
import type { Outgoing } from "../protocol/ServerMessage.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import { Census } from "../telemetry/Census.ts"
import type { Kind } from "../telemetry/Census.ts"

type ConfigChanged = Extract<Outgoing, { readonly type: "config-changed" }>

/** What the registry knows of one session. */
export interface Registration {
  readonly uid: string
  /** Name of the character that answers now. */
  readonly character: Effect.Effect<string>
  /** Sends the client a message of an extension, if it has asked for that. */
  readonly tell: (message: ConfigChanged) => Effect.Effect<void>
}

/** Everything that lives at one moment. */
export interface Snapshot {
  readonly sessions: ReadonlyArray<{ readonly uid: string; readonly character: string }>
  readonly groups: Counts
  /** Fibers by what they are for, and `context`, the characters' resources that are open. */
  readonly fibers: Readonly<Partial<Record<Kind, number>>>
  readonly engines: ReadonlyArray<EngineUse>
}

/** Says at any moment what lives: what tests, logs and `/status` read. */
export class SessionRegistry extends Context.Tag("seiyuu/session/SessionRegistry")<
  SessionRegistry,
  {
    /** Lists a session for as long as the scope is open. */
    readonly register: (session: Registration) => Effect.Effect<void, never, Scope.Scope>
    readonly snapshot: Effect.Effect<Snapshot>
    /** Tells every session. */
    readonly tell: (message: ConfigChanged) => Effect.Effect<void>
  }
>() {
  static readonly layer = Layer.effect(
    SessionRegistry,
    Effect.gen(function* () {
      const census = yield* Census
      const pool = yield* EnginePool
      const groups = yield* Groups
      const sessions = new Set<Registration>()
      return SessionRegistry.of({
        register: (session) =>
          Finalizer.whileOpen(
            () => sessions.add(session),
            () => sessions.delete(session)
          ),
        snapshot: Effect.all({
          sessions: Effect.suspend(() =>
            Effect.forEach(sessions, ({ character, uid }) =>
              Effect.map(character, (name) => ({ uid, character: name }))
            )
          ),
          groups: groups.counts,
          fibers: census.counts,
          engines: pool.uses
        }),
        tell: (message) =>
          Effect.suspend(() =>
            Effect.forEach([...sessions], (session) => session.tell(message), {
              concurrency: "unbounded",
              discard: true
            })
          )
      })
    })
  )
}
