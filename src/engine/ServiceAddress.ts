import { Config, Effect } from "effect"

/**
 * Where a service is: what its section says, else what the environment says by the variable that the service's own
 * libraries read, else where everybody finds it. Without slashes at its end.
 */
export const of = (
  configured: string | undefined,
  variable: string,
  otherwise: string
): Effect.Effect<string> => {
  if (configured !== undefined) return Effect.succeed(trimmed(configured))
  return Config.string(variable).pipe(
    Effect.map((address) => (address.trim() === "" ? otherwise : address)),
    Effect.orElseSucceed(() => otherwise),
    Effect.map(trimmed)
  )
}

const trimmed = (address: string): string => address.trim().replace(/\/+$/, "")
