import { Config, Effect, Option } from "effect"

/** `${NAME}`, `${NAME:-default}`, and `$${NAME}` for the text `${NAME}` itself. */
const reference = /(\$)?\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g

const lookUp = (name: string) =>
  Config.option(Config.string(name)).pipe(Effect.orElseSucceed(() => Option.none<string>()))

export interface Substituted {
  /** Those that are missing stay as they stand. */
  readonly text: string
  /** Variables that are not set and have no default. */
  readonly missing: ReadonlyArray<string>
}

export const mentions = (text: string): boolean => text.includes("${")

/** Puts the values of environment variables into a text. */
export const substitute = Effect.fnUntraced(function* (text: string) {
  const names = new Set([...text.matchAll(reference)].map(([, , name]) => name!))
  const values = new Map<string, string>()
  for (const name of names) {
    const value = yield* lookUp(name)
    if (Option.isSome(value)) values.set(name, value.value)
  }
  const missing = new Set<string>()
  const replaced = text.replace(
    reference,
    (whole, escape: string | undefined, name: string, fallback?: string) => {
      if (escape !== undefined) return whole.slice(1)
      const value = values.get(name)
      // As in a shell, an empty variable counts as unset where there is a default.
      if (fallback !== undefined && (value === undefined || value === "")) return fallback
      if (value === undefined) missing.add(name)
      return value ?? whole
    }
  )
  const result: Substituted = { text: replaced, missing: [...missing] }
  return result
})
