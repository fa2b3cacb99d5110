import type * as Undici from "@effect/platform-node/Undici"
import { Effect, Option, Schema } from "effect"
import type { Scope } from "effect"
import * as EventStream from "../engine/EventStream.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as RemoteRequest from "../engine/RemoteRequest.ts"
import { say } from "../language/Text.ts"
import * as RemoteVoice from "./RemoteVoice.ts"
import * as SoundRequest from "./SoundRequest.ts"

// The API of programs with a page by Gradio, versions 4 to 6 (its guide "Querying Gradio Apps with Curl").

/** Longest event, in characters: it names files, and holds none. */
const longestEvent = 2 ** 20

/** A program, as it describes itself. */
export interface App {
  /** Where its API is, with what versions from 5 on have put before it. */
  readonly root: string
  /** Parameters of its functions, in their order. */
  readonly functions: ReadonlyMap<string, ReadonlyArray<Parameter>>
}

interface Parameter {
  readonly parameter_name?: string | null | undefined
  readonly parameter_default?: unknown
}

const Info = Schema.parseJson(
  Schema.Struct({
    named_endpoints: Schema.Record({
      key: Schema.String,
      value: Schema.Struct({
        parameters: Schema.Array(
          Schema.Struct({
            parameter_name: Schema.optional(Schema.NullOr(Schema.String)),
            parameter_default: Schema.optional(Schema.Unknown)
          })
        )
      })
    })
  })
)

/** A file on the program's machine. */
export const FileData = Schema.Struct({
  path: Schema.String,
  is_stream: Schema.optional(Schema.NullOr(Schema.Boolean))
})
export type FileData = typeof FileData.Type

const Called = Schema.parseJson(Schema.Struct({ event_id: Schema.String }))
const Uploaded = Schema.parseJson(Schema.Tuple(Schema.String))
const Output = Schema.parseJson(Schema.Tuple([Schema.NullOr(FileData)], Schema.Unknown))
const Problem = Schema.parseJson(
  Schema.Union(Schema.NullOr(Schema.String), Schema.Struct({ error: Schema.NullOr(Schema.String) }))
)

const unreadable = () => new RemoteFailure.Unanswered({ reason: "unreadable" })

const read =
  <A, I>(schema: Schema.Schema<A, I>) =>
  (answer: RemoteRequest.Answer) =>
    Effect.flatMap(RemoteRequest.text(answer), (text) =>
      Effect.mapError(Schema.decodeUnknown(schema)(text), unreadable)
    )

/** Where its API is, and what it offers. */
export const describe = (
  http: Undici.Dispatcher,
  address: string
): Effect.Effect<App, RemoteFailure.RemoteFailure> => {
  const at = (root: string) =>
    RemoteRequest.open(
      http,
      { method: "GET", url: `${root}/info`, headers: {} },
      RemoteVoice.longestSound
    ).pipe(
      Effect.flatMap(read(Info)),
      Effect.map(({ named_endpoints }): App => ({
        root,
        functions: new Map(
          Object.entries(named_endpoints).map(([name, { parameters }]) => [name, parameters])
        )
      })),
      Effect.scoped
    )
  return Effect.catchTag(at(`${address}/gradio_api`), "Refused", (failure) =>
    failure.status === 404 ? at(address) : failure
  )
}

/** Puts a file on the program's machine. */
export const upload = (
  http: Undici.Dispatcher,
  app: App,
  file: { readonly name: string; readonly bytes: Uint8Array }
): Effect.Effect<object, RemoteFailure.RemoteFailure> => {
  const content = new Blob([new Uint8Array(file.bytes)])
  const body = RemoteRequest.form({}, { key: "files", name: file.name, content })
  return RemoteRequest.open(
    http,
    { url: `${app.root}/upload`, headers: {}, body },
    RemoteVoice.longestSound
  ).pipe(
    Effect.flatMap(read(Uploaded)),
    Effect.map(([path]) => fileOf(path)),
    Effect.scoped
  )
}

/** A file as an argument: one on the program's machine, or one that it fetches from its address. */
export const fileOf = (path: string): object => ({ path, meta: { _type: "gradio.FileData" } })

export interface Running {
  /** What comes of it: while it is still at work, the same stream after each piece; a file when it has finished. */
  readonly next: Effect.Effect<
    { readonly isOver: boolean; readonly file: FileData | undefined },
    RemoteFailure.RemoteFailure
  >
}

/** Calls a function whose first output is a file. Closing the scope ends its work. */
export const call = (
  http: Undici.Dispatcher,
  app: App,
  name: string,
  data: ReadonlyArray<unknown>
): Effect.Effect<Running, RemoteFailure.RemoteFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const url = `${app.root}/call${name}`
    const { event_id } = yield* RemoteRequest.open(
      http,
      SoundRequest.json(url, {}, { data }),
      RemoteVoice.longestSound
    ).pipe(Effect.flatMap(read(Called)), Effect.scoped)
    const request = {
      method: "GET" as const,
      url: `${url}/${encodeURIComponent(event_id)}`,
      headers: { accept: "text/event-stream" }
    }
    const events = EventStream.named(
      yield* RemoteRequest.open(http, request, RemoteVoice.longestSound),
      longestEvent
    )
    const next = Effect.gen(function* () {
      for (let event = yield* events; event !== undefined; event = yield* events) {
        const { data, name } = event
        if (name === "error")
          return yield* new RemoteFailure.Reported({ said: problemOf(data) ?? say("speech.gradioFailed") })
        if (name !== "generating" && name !== "complete") continue
        const [file] = yield* Effect.mapError(Schema.decodeUnknown(Output)(data), unreadable)
        return { isOver: name === "complete", file: file ?? undefined }
      }
      return yield* new RemoteFailure.Unanswered({ reason: "broken-off" })
    })
    return { next }
  })

/** What the program says of its failure; most are set to keep it to themselves. */
const problemOf = (data: string): string | undefined => {
  const problem = Option.getOrUndefined(Schema.decodeUnknownOption(Problem)(data))
  return (typeof problem === "object" ? problem?.error : problem)?.trim() || undefined
}

/**
 * Where the bytes of a file are. What the program says of that is not used: it may be told wrongly who asks for it. A
 * stream of versions from 5 on is a list of pieces in AAC; it makes one file of them when it is over.
 */
export const addressOf = ({ root }: App, { is_stream, path }: FileData): string => {
  const place = path.split("/").map(encodeURIComponent).join("/")
  return is_stream === true
    ? `${root}/stream/${place.replace(/playlist\.m3u8$/, "playlist-file")}`
    : `${root}/file=${place}`
}

/** Whether the bytes of a stream come while the program is still at work. */
export const isPlain = ({ is_stream, path }: FileData): boolean =>
  is_stream === true && !path.endsWith("playlist.m3u8")
