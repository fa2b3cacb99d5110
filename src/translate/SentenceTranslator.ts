import { Duration, Effect } from "effect"
import { TranslationFailed } from "./Translator.ts"
import type { Translator } from "./Translator.ts"
import { say } from "../language/Text.ts"

/** A sentence that takes longer than this is spoken as it is written. */
const limit = Duration.seconds(10)

/** Translations that are kept: greetings and phrases come again and again. */
const kept = 256

/** A translator with a time limit, which remembers what it has translated last. */
export const make = (translator: Translator): Translator => {
  const { engine } = translator
  // In the order of their last use.
  const translations = new Map<string, string>()

  const remember = (text: string, translation: string) => {
    translations.delete(text)
    translations.set(text, translation)
    if (translations.size > kept) translations.delete(translations.keys().next().value!)
  }

  const ask = (text: string) =>
    translator.translate(text).pipe(
      Effect.timeoutFail({
        duration: limit,
        onTimeout: () =>
          new TranslationFailed({
            engine,
            detail: say("translate.notInTime", Duration.toSeconds(limit)),
            advice: say("translate.overloaded")
          })
      }),
      Effect.map((translation) => translation.trim()),
      Effect.filterOrFail(
        (translation) => translation !== "",
        () =>
          new TranslationFailed({
            engine,
            detail: say("translate.nothing"),
            advice: say("translate.languages")
          })
      )
    )

  const translate = (text: string) =>
    Effect.suspend(() => {
      const known = translations.get(text)
      return Effect.tap(known === undefined ? ask(text) : Effect.succeed(known), (translation) =>
        Effect.sync(() => remember(text, translation))
      )
    }).pipe(Effect.withSpan("Translator.translate"))
  return { engine, translate }
}
