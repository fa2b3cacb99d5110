import { basename, resolve } from "node:path"
import type { FileSystem } from "@effect/platform"
import type * as Undici from "@effect/platform-node/Undici"
import { Deferred, Effect } from "effect"
import type { Scope } from "effect"
import type { ServiceLimits } from "../config/ServiceFields.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as RemoteRequest from "../engine/RemoteRequest.ts"
import type { About } from "../engine/ServiceFailure.ts"
import { say } from "../language/Text.ts"
import * as GradioApi from "./GradioApi.ts"
import * as RemoteVoice from "./RemoteVoice.ts"
import * as SoundRequest from "./SoundRequest.ts"

/** Of a recording to imitate, in bytes: some minutes of the richest kind. */
const longestRecording = 64 * 2 ** 20

export interface Services {
  readonly http: Undici.Dispatcher
  readonly fs: FileSystem.FileSystem
  /** What relative paths start from. */
  readonly folder: string
}

/** A recording to imitate: the path of a file here, which is sent, or an address, which the program fetches by itself. */
export class Recording {
  readonly key: string
  readonly place: string
  constructor(key: string, place: string) {
    this.key = key
    this.place = place.trim()
  }
}

export interface Call {
  /** With the slash that it begins with, or without. */
  readonly name: string
  /** Arguments by their names, in the order that the function has them in as far as is known. */
  readonly args: (text: string) => Readonly<Record<string, unknown>>
}

/** A voice by a function of a program with a page by Gradio, whose output is a sound. One for each session. */
export const service = (
  services: Services,
  about: About,
  limits: ServiceLimits,
  asked: Call
): RemoteVoice.Service => {
  const { http } = services
  const name = `/${asked.name.trim().replace(/^\/+/, "")}`
  /** What has been learnt of the program, until it fails: another one may be there by then. */
  let known: GradioApi.App | undefined
  const sent = new Map<string, object>()

  const app = Effect.suspend(() =>
    known === undefined
      ? Effect.tap(GradioApi.describe(http, about.address), (app) => void (known = app))
      : Effect.succeed(known)
  )

  const given = (app: GradioApi.App, value: unknown) =>
    Effect.gen(function* () {
      if (!(value instanceof Recording)) return value
      const { place } = value
      if (place === "") return null
      if (/^https?:\/\//i.test(place)) return { ...GradioApi.fileOf(place), url: place }
      const before = sent.get(place)
      if (before !== undefined) return before
      const bytes = yield* readRecording(services, about, value)
      const file = yield* GradioApi.upload(http, app, { name: basename(place), bytes })
      sent.set(place, file)
      return file
    })

  const begin = (text: string) =>
    Effect.gen(function* () {
      const program = yield* app
      const parameters = program.functions.get(name)
      if (parameters === undefined)
        return yield* new RemoteFailure.Reported({
          said: say("speech.gradioNoFunction", name, [...program.functions.keys()].slice(0, 8).join(", ")),
          advice: say("engine.correct", `${about.section}.${about.keys.model[0]}`)
        })
      const args = asked.args(text)
      const values = parameters.some(({ parameter_name }) => parameter_name != null)
        ? parameters.map(({ parameter_default, parameter_name }) =>
            parameter_name != null && parameter_name in args
              ? args[parameter_name]
              : (parameter_default ?? null)
          )
        : Object.values(args)
      const data = yield* Effect.forEach(values, (value) => given(program, value))
      const running = yield* GradioApi.call(http, program, name, data)
      return yield* sound(services.http, program, running)
    })

  const ask = (text: string) =>
    Effect.suspend(() => {
      const isFresh = sent.size === 0
      const forget = Effect.sync(() => {
        known = undefined
        sent.clear()
      })
      // What a call that failed has opened closes before the next one.
      const once = Effect.tapError(RemoteVoice.attempt(begin(text)), () => forget)
      return once.pipe(
        // It may have been started anew, without the recordings that it was sent before.
        (first) => (isFresh ? first : Effect.catchTag(first, "Reported", () => once)),
        Effect.catchTag(
          "Reported",
          ({ advice, said }) => new RemoteFailure.Reported({ said, advice: advice ?? adviceOf(about) })
        )
      )
    })

  return { engine: about.section.replace("tts_config.", ""), about, limits, ask }
}

const adviceOf = ({ keys, section }: About) =>
  say("speech.gradioCheck", keys.model.map((key) => `${section}.${key}`).join(", "))

const readRecording = ({ folder, fs }: Services, { section }: About, { key, place }: Recording) => {
  const path = resolve(folder, place)
  const fails = () =>
    new RemoteFailure.Reported({
      said: say("speech.noRecording"),
      advice: say("engine.sentences", [say("engine.correct", `${section}.${key}`), say("engine.correctPath")])
    })
  return fs.stat(path).pipe(
    Effect.filterOrFail(({ size, type }) => type === "File" && Number(size) <= longestRecording, fails),
    Effect.zipRight(fs.readFile(path)),
    Effect.mapError(fails)
  )
}

/** The sound that a function makes: as it comes where the program has a stream of it, else when it has finished. */
const sound = (
  http: Undici.Dispatcher,
  app: GradioApi.App,
  running: GradioApi.Running
): Effect.Effect<RemoteVoice.Sound, RemoteFailure.RemoteFailure, Scope.Scope> =>
  Effect.gen(function* () {
    let result = yield* running.next
    while (!result.isOver && (result.file === undefined || !GradioApi.isPlain(result.file)))
      result = yield* running.next
    const { file, isOver } = result
    if (file === undefined) return yield* new RemoteFailure.Unanswered({ reason: "empty" })
    const request = { method: "GET" as const, url: GradioApi.addressOf(app, file), headers: {} }
    const { next } = yield* RemoteRequest.open(http, request, RemoteVoice.longestSound)
    const bytes = SoundRequest.notEmpty(next)
    if (isOver) return { format: "file", next: bytes }

    // A stream whose function fails is never closed.
    const failed = yield* Deferred.make<never, RemoteFailure.RemoteFailure>()
    yield* running.next.pipe(
      Effect.repeat({ until: ({ isOver }) => isOver }),
      Effect.catchAll((failure) => Deferred.fail(failed, failure)),
      Effect.forkScoped
    )
    return { format: "file", next: Effect.raceFirst(bytes, Deferred.await(failed)) }
  })
