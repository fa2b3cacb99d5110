import Negotiator from "negotiator"

/** The languages that there are texts in, English first: it is what clients get that take none of them. */
export const languages = ["en", "zh"] as const
export type Language = (typeof languages)[number]

/** `system_config.language`: one for all clients, or what each client asks for. */
export type Choice = "auto" | Language

/**
 * The language of one client. `acceptLanguage`: the header of its request; without one it gets English. Whatever kind of
 * Chinese it asks for (`zh-TW`, `zh-Hant`), it gets the Chinese texts.
 */
export const of = (choice: Choice, acceptLanguage: string | undefined): Language => {
  if (choice !== "auto") return choice
  if (acceptLanguage === undefined) return "en"
  const [best] = new Negotiator({ headers: { "accept-language": acceptLanguage } }).languages([...languages])
  return best === "zh" ? "zh" : "en"
}
