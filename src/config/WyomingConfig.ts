import { Option, Schema } from "effect"
import * as Field from "./Field.ts"
import * as Fields from "./Fields.ts"
import * as RecogniserNames from "./RecogniserNames.ts"
import * as VoiceNames from "./VoiceNames.ts"

// Servers of the Wyoming protocol: Home Assistant's speech servers, and those that are started for an engine.

const words = "an address of the form tcp://host:port"

const TcpUri = Field.make(
  Schema.String,
  { words, json: { type: "string", pattern: "\\$\\{|^tcp://" } },
  (value) =>
    Option.match(Field.textOf(value), {
      onNone: () => Field.expected("an address", value),
      onSome: (text) =>
        URL.canParse(text) && /^tcp:\/\/[^/?#@]+:\d+\/?$/.test(text.trim())
          ? text.trim()
          : new Field.Mismatch(`expected ${words}`)
    })
)

const optionalText = (about: string) => Fields.maybe(Fields.NonEmptyText, about)

const timeout = (seconds: number, about: string) =>
  Fields.withDefault(Fields.FloatIn({ min: 0.1, max: 3600 }), seconds, about)

const command = Fields.maybe(
  Fields.TextList,
  "A program to start instead, with its arguments. `{uri}` in one of them stands for the address that it is to listen at; without that it is talked with over its standard input and output."
)

export const WyomingAsrConfig = Schema.Struct({
  uri: Fields.withDefault(TcpUri, "tcp://127.0.0.1:10300", "Where the server listens."),
  command,
  model: optionalText("The model, for a server of several."),
  language: optionalText("The language that is spoken, such as `en`. Without the key the server decides."),
  timeout_seconds: timeout(60, "Seconds that an utterance may take."),
  max_concurrency: Fields.withDefault(
    Fields.Places,
    1,
    "Utterances that are transcribed at a time, for all sessions; the others wait, sessions taking turns."
  ),
  ...RecogniserNames.fallback
})
export type WyomingAsrConfig = typeof WyomingAsrConfig.Type

export const WyomingTtsConfig = Schema.Struct({
  uri: Fields.withDefault(TcpUri, "tcp://127.0.0.1:10200", "Where the server listens."),
  command,
  voice: optionalText("The voice, as the server calls it. Without the key: the server's own."),
  speaker: optionalText("The speaker of a voice of several; it needs `voice`."),
  language: optionalText("The language, for a server that chooses the voice by it; not beside `voice`."),
  timeout_seconds: timeout(30, "Seconds that the server may be silent."),
  max_concurrency: Fields.withDefault(
    Fields.Places,
    1,
    "Sentences that are spoken at a time, for all sessions."
  ),
  ...VoiceNames.fallback
})
export type WyomingTtsConfig = typeof WyomingTtsConfig.Type

/** Keys of an engine whose server is started by us. */
export const ownServer = {
  command: Fields.maybe(
    Fields.TextList,
    "The program, if it is another one: its arguments come behind those that stand here. With `{uri}` in one of them it is the whole command."
  ),
  timeout_seconds: timeout(60, "Seconds that an utterance may take."),
  max_concurrency: Fields.withDefault(
    Fields.Places,
    1,
    "Utterances that are transcribed at a time, for all sessions; the others wait, sessions taking turns."
  ),
  ...RecogniserNames.fallback
}
