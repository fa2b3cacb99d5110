import { Clock, Duration, Effect, Option } from "effect"

/** A server that has started anew takes everything into its default store and does not say so: it is told again by then. */
const remembered = Duration.toMillis("1 minute")
/** One that fails is not told again and again. */
const mostOften = Duration.toMillis("10 seconds")

/** Requests at once, to one server. */
const all = 256

interface Host {
  /** Requests with the settings that it has take one permit each, those with other settings all of them. */
  readonly lock: Effect.Semaphore
  /** A digest of what it has been told last; the settings hold secrets. */
  settings: string | undefined
  /** When that was, in ms. */
  told: number
  /** Whether it may have forgotten. */
  doubted: boolean
}

/** What each mem0 server has been told: it has one configuration for everybody. */
export const make = () => {
  const hosts = new Map<string, Host>()
  return (address: string): Host => {
    const known = hosts.get(address)
    if (known !== undefined) return known
    const host = { lock: Effect.unsafeMakeSemaphore(all), settings: undefined, told: 0, doubted: false }
    hosts.set(address, host)
    return host
  }
}

export type Mem0Hosts = ReturnType<typeof make>

/** Runs `request` on a server that has these settings, and has them until it is over. `afresh`: it is told in any case. */
export const having = <A, E>(
  host: Host,
  settings: string,
  configure: Effect.Effect<void, E>,
  request: Effect.Effect<A, E>,
  afresh = false
): Effect.Effect<A, E> => {
  const run = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const limit = host.doubted ? mostOften : remembered
    if (afresh || host.settings !== settings || now - host.told >= limit) {
      // Broken off in the midst, it may have been told or not.
      host.settings = undefined
      yield* configure
      host.settings = settings
      host.told = now
      host.doubted = false
    }
    return yield* request
  })
  const attempt = Effect.suspend(() => {
    const permits = host.settings === settings ? 1 : all
    // The settings may be others by the time that its turn comes.
    return Effect.suspend(() =>
      permits === 1 && host.settings !== settings ? Effect.succeedNone : Effect.asSome(run)
    ).pipe(host.lock.withPermits(permits))
  })
  return Effect.flatMap(
    attempt,
    Option.match({
      onNone: () => having(host, settings, configure, request, afresh),
      onSome: Effect.succeed
    })
  )
}
