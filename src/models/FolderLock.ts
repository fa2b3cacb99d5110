import { randomUUID } from "node:crypto"
import { hostname } from "node:os"
import { FileSystem } from "@effect/platform"
import type { Error as PlatformError } from "@effect/platform"
import { Clock, Duration, Effect, Option, Schedule, Schema } from "effect"
import type { Scope } from "effect"
import * as LivingProcess from "../supervision/LivingProcess.ts"

/** What a lock file says about who holds it. */
const Holder = Schema.parseJson(Schema.Struct({ token: Schema.String, host: Schema.String, pid: Schema.Int }))

/** A holder that lives touches its file this often. */
const heartbeat = Duration.seconds(2)
/** A file that nobody has touched for so long belongs to a process that is gone. */
const abandoned = Duration.seconds(20)
/** Two processes may find the same abandoned file; the one that the file names after this time has it. */
const settling = Duration.millis(200)

/**
 * Holds the file `path` as a lock between processes, on one machine or on several that share the folder, until the
 * scope closes. Waits while another process holds it; `onWait` runs once if it has to.
 */
export const hold = Effect.fn("FolderLock.hold")(function* (
  path: string,
  onWait: Effect.Effect<void>
): Effect.fn.Return<void, PlatformError.PlatformError, FileSystem.FileSystem | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  const token = randomUUID()
  const own = yield* Schema.encode(Holder)({ token, host: hostname(), pid: process.pid }).pipe(Effect.orDie)

  const holder = fs.readFileString(path).pipe(Effect.flatMap(Schema.decode(Holder)), Effect.option)
  const isOurs = Effect.map(
    holder,
    Option.exists((held) => held.token === token)
  )
  const create = fs.writeFileString(path, own, { flag: "wx" }).pipe(
    Effect.as(true),
    Effect.catchIf(
      (error) => error._tag === "SystemError" && error.reason === "AlreadyExists",
      () => Effect.succeed(false)
    )
  )
  const isAbandoned = Effect.gen(function* () {
    const held = yield* holder
    if (Option.exists(held, ({ host, pid }) => host === hostname() && !LivingProcess.isAlive(pid)))
      return true
    const touched = Option.flatMap(yield* Effect.option(fs.stat(path)), (info) => info.mtime)
    const now = yield* Clock.currentTimeMillis
    return Option.exists(touched, (time) => now - time.getTime() > Duration.toMillis(abandoned))
  })
  const attempt = Effect.gen(function* () {
    if (yield* create) return true
    if (!(yield* isAbandoned)) return false
    yield* fs.remove(path, { force: true })
    if (!(yield* create)) return false
    yield* Effect.sleep(settling)
    return yield* isOurs
  })

  const release = Effect.flatMap(isOurs, (ours) =>
    ours ? Effect.ignore(fs.remove(path, { force: true })) : Effect.void
  )
  yield* Effect.addFinalizer(() => release)
  if (!(yield* attempt)) {
    yield* onWait
    yield* attempt.pipe(Effect.repeat({ until: (held) => held, schedule: Schedule.spaced("500 millis") }))
  }
  yield* Clock.currentTimeMillis.pipe(
    Effect.flatMap((now) => fs.utimes(path, now / 1000, now / 1000)),
    Effect.ignore,
    Effect.repeat(Schedule.spaced(heartbeat)),
    Effect.forkScoped
  )
})
