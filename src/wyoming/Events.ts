import { Option, Schema } from "effect"
import * as SampleRate from "../audio/SampleRate.ts"
import type { Frame } from "./Frame.ts"

/** How sound is sent: Hz, bytes of a sample, and how many samples lie side by side. */
export const Format = Schema.Struct({
  rate: Schema.Int.pipe(Schema.between(SampleRate.lowest, SampleRate.highest)),
  width: Schema.Literal(1, 2, 3, 4),
  channels: Schema.Int.pipe(Schema.between(1, 16))
})
export type Format = typeof Format.Type

const named = Schema.Struct({ name: Schema.String })
/** A list that may be missing, or hold what is of no use. */
const listOf = <A, I>(item: Schema.Schema<A, I>) =>
  Schema.optionalWith(Schema.Array(item), { default: () => [], nullable: true })
const flag = Schema.optionalWith(Schema.Boolean, { default: () => false, nullable: true })

/** What a server says of itself, so far as it concerns speech. */
const Info = Schema.Struct({
  asr: listOf(
    Schema.Struct({ name: Schema.String, models: listOf(named), supports_transcript_streaming: flag })
  ),
  tts: listOf(Schema.Struct({ name: Schema.String, voices: listOf(named) }))
})
export type Info = typeof Info.Type

const event = <const Type extends string, Data extends Schema.Schema.AnyNoContext>(type: Type, data: Data) =>
  Schema.Struct({ type: Schema.Literal(type), data })

/** What servers send of which we take notice. */
const Heard = Schema.Union(
  event("info", Info),
  event("transcript", Schema.Struct({ text: Schema.String })),
  event("transcript-chunk", Schema.Struct({ text: Schema.String })),
  event("transcript-stop", Schema.Struct({})),
  event("audio-start", Format),
  event("audio-chunk", Format),
  event("audio-stop", Schema.Struct({})),
  event("error", Schema.Struct({ text: Schema.String }))
)
type Known = typeof Heard.Type

/** An event, with the sound that it carries. */
export type Event = Known & { readonly payload: Uint8Array }

const known: ReadonlySet<string> = new Set(Heard.members.map((member) => member.fields.type.literals[0]))
const decode = Schema.decodeUnknownOption(Heard)

/** `ignored`: an event of another kind, as the protocol wants it; `unreadable`: one of ours that lacks something. */
export const read = ({ data, payload, type }: Frame): Event | "ignored" | "unreadable" => {
  if (!known.has(type)) return "ignored"
  return Option.match(decode({ type, data }), {
    onNone: () => "unreadable" as const,
    onSome: (event) => ({ ...event, payload })
  })
}

const silent = new Uint8Array(0)
const ask = (type: string, data: Frame["data"] = {}, payload: Uint8Array = silent): Frame => ({
  type,
  data,
  payload
})

export const describe = ask("describe")

/** `name`: the model. */
export const transcribe = (wish: { readonly name?: string; readonly language?: string }) =>
  ask("transcribe", wish)

export const audioStart = (format: Format) => ask("audio-start", { ...format })
export const audioChunk = (format: Format, payload: Uint8Array) => ask("audio-chunk", { ...format }, payload)
export const audioStop = ask("audio-stop")

export interface Voice {
  readonly name?: string
  readonly speaker?: string
  readonly language?: string
}

export const synthesize = (text: string, voice: Voice) =>
  ask("synthesize", { text, ...(Object.keys(voice).length === 0 ? {} : { voice }) })
