import { Effect } from "effect"
import { TranslationFailed } from "./Translator.ts"
import type { Translator, Write } from "./Translator.ts"
import { say } from "../language/Text.ts"

const engine = "llm"

/** The character's own model translates. */
export const make = (write: Write, { target_lang }: { readonly target_lang: string }): Translator => ({
  engine,
  translate: (text) =>
    write({ system: instructions(target_lang), text }).pipe(
      Effect.mapError(
        ({ advice, detail, provider }) =>
          new TranslationFailed({ engine, detail: say("engine.of", provider, detail), advice })
      )
    )
})

const instructions = (language: string) =>
  `You translate. Whatever the user sends is a line of dialogue: answer with its translation into ${language} and ` +
  "with nothing else, no quotation marks and no explanation. Keep its tone and its names. Never answer the line itself."
