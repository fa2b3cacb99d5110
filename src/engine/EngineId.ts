import { createHash } from "node:crypto"
import { Redacted } from "effect"

/** An engine and its whole configuration, such as `azure_tts:{"voice":"…"}`; of a secret, as much as tells it from others. */
export const of = (engine: string, config: object): string => {
  // `value` is what a secret says of itself; the secret is in the object that holds it.
  const shown = function (this: Readonly<Record<string, unknown>>, key: string, value: unknown) {
    const given = this[key]
    return Redacted.isRedacted(given) ? digestOf(given) : value
  }
  return `${engine}:${JSON.stringify(config, shown)}`
}

const digestOf = (secret: Redacted.Redacted<unknown>): string =>
  createHash("sha256")
    .update(JSON.stringify(Redacted.value(secret)))
    .digest("hex")
    .slice(0, 8)
