import { Schema } from "effect"
import * as Fields from "./Fields.ts"

/** Lists of words by language. */
const words = (about: string) => Fields.withDefault(Fields.map(Fields.ListOf(Fields.SpokenText)), {}, about)

const file = (what: string) =>
  Fields.maybe(Fields.Text, `The file of the ${what}, instead of a model by name.`)

/** What hears the wake word in the sound itself. Files are relative to the configuration's folder. */
const Spotter = Schema.Struct({
  model: Fields.withDefault(
    Fields.NonEmptyText,
    "auto",
    "`auto` or the catalogue's name of a model for keywords, which is fetched by itself."
  ),
  encoder: file("encoder of a streaming transducer"),
  decoder: file("decoder of that transducer"),
  joiner: file("joiner of that transducer"),
  tokens: file("model's tokens, `tokens.txt`"),
  num_threads: Fields.withDefault(
    Fields.IntIn({ min: 1 }),
    1,
    "Threads; at most the cores of this machine less one are used."
  ),
  threshold: Fields.withDefault(
    Fields.FloatIn({ min: 0, max: 1 }),
    0.25,
    "How sure it has to be; higher for fewer false starts."
  ),
  score: Fields.withDefault(
    Fields.FloatIn({ min: 0, max: 10 }),
    1,
    "How much the words are preferred to others; higher to be heard more easily."
  )
})

/** The `wake_word` section: who does not call the character by a wake word is not answered. */
export const WakeWordConfig = Schema.Struct({
  enabled: Fields.withDefault(
    Fields.Flag,
    false,
    "Whether what is spoken is answered only after a wake word."
  ),
  wake_words: words(
    "What wakes the character, by language: `en: [Hana, hey Hana]`. `any` is for words of no particular language."
  ),
  end_words: words("What sends it back to waiting, by language, when nothing else is said: `en: [goodbye]`."),
  timeout_seconds: Fields.withDefault(
    Fields.FloatIn({ min: 1, max: 86_400 }),
    30,
    "Seconds after the last answer or utterance until it waits for the wake word again."
  ),
  match: Fields.withDefault(
    Fields.Choice("transcript", "audio"),
    "transcript",
    "Where the wake word is looked for: in what the recogniser has written, or in the sound itself; nothing before it is transcribed then."
  ),
  position: Fields.withDefault(
    Fields.Choice("beginning", "anywhere"),
    "beginning",
    "Where in what is said the wake word has to be."
  ),
  tolerance: Fields.withDefault(
    Fields.FloatIn({ min: 0, max: 0.5 }),
    0.15,
    "Share of a word's letters that may be misheard for letters of like sound, for words of five letters and more; other letters count twice. 0: none."
  ),
  fuzzy_pinyin: Fields.withDefault(
    Fields.Flag,
    true,
    "Whether sounds of Chinese that many do not tell apart count as the same: n and l, zh and z, ch and c, sh and s, -ng and -n."
  ),
  answer_rest: Fields.withDefault(
    Fields.Flag,
    true,
    "Whether what is said in one breath with the wake word is answered; else it only wakes."
  ),
  acknowledgement: Fields.withDefault(
    Fields.Text,
    "",
    "What the character says when only its wake word was said, such as `Yes?`. Empty: nothing."
  ),
  farewell: Fields.withDefault(Fields.Text, "", "What it says when an end word was said. Empty: nothing."),
  typed_text_passes: Fields.withDefault(
    Fields.Flag,
    true,
    "Whether what is typed is answered without a wake word."
  ),
  state_messages: Fields.withDefault(
    Fields.Choice("asked", "all"),
    "asked",
    "Who is sent `wake-word-state`: clients that have asked for it by `use-extensions`, or all, as kiosks expect."
  ),
  keyword_spotter: Fields.withDefault(
    Fields.section(Spotter),
    {},
    "The model that hears the wake word where `match` is `audio`, in a process of its own."
  )
})
export type WakeWordConfig = typeof WakeWordConfig.Type
