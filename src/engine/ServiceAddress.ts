import { Config, Effect, Schema } from "effect"
import { say } from "../language/Text.ts"
import { EngineUnavailable } from "./EngineUnavailable.ts"
import type { EngineKind } from "./EngineUnavailable.ts"

/** The environment's variable holds something else than an address of the web. */
export class NoAddress extends Schema.TaggedError<NoAddress>()("NoAddress", { variable: Schema.String }) {}

/**
 * Where a service is: what its section says, else what the environment says by the variable that the service's own
 * libraries read, else where everybody finds it. Without slashes at its end.
 */
export const of = (
  configured: string | undefined,
  variable: string,
  otherwise: string
): Effect.Effect<string, NoAddress> => {
  if (configured !== undefined) return Effect.succeed(trimmed(configured))
  return Config.string(variable).pipe(
    Effect.map((address) => (address.trim() === "" ? otherwise : address)),
    Effect.orElseSucceed(() => otherwise),
    Effect.map(trimmed),
    Effect.filterOrFail(isAddress, () => new NoAddress({ variable }))
  )
}

const isAddress = (text: string) => URL.canParse(text) && /^https?:\/\//i.test(text)

/** What is said of an engine whose address the environment has wrong. The value may hold a secret: it is not shown. */
export const orUnavailable = <A, R>(
  located: Effect.Effect<A, NoAddress, R>,
  kind: EngineKind,
  engine: string
): Effect.Effect<A, EngineUnavailable, R> =>
  Effect.mapError(
    located,
    ({ variable }) =>
      new EngineUnavailable({
        kind,
        engine,
        reason: say("engine.noAddress", variable),
        advice: say("engine.correctVariable", variable)
      })
  )

const trimmed = (address: string): string => address.trim().replace(/\/+$/, "")
