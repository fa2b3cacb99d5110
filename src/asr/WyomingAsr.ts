import { Duration, Effect } from "effect"
import { Scope } from "effect"
import * as FloatSamples from "../audio/FloatSamples.ts"
import * as Speech from "../audio/Speech.ts"
import type { WyomingAsrConfig } from "../config/WyomingConfig.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import * as Breaker from "../engine/Breaker.ts"
import * as FairShare from "../engine/FairShare.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import { say } from "../language/Text.ts"
import { nextRound } from "../supervision/NextRound.ts"
import * as Events from "../wyoming/Events.ts"
import * as FailureWords from "../wyoming/FailureWords.ts"
import type { Link } from "../wyoming/Link.ts"
import * as OwnServer from "../wyoming/OwnServer.ts"
import * as Server from "../wyoming/Server.ts"
import { TranscriptionFailed } from "./Asr.ts"
import type { Asr, Listener } from "./Asr.ts"
import * as Transcript from "./Transcript.ts"

/** A server that transcribes, shared by all sessions. */
export interface Ears {
  readonly server: Server.Server
  readonly stock: Server.Stock
  readonly share: FairShare.FairShare
  readonly breaker: Breaker.Breaker<TranscriptionFailed>
}

/** What a session wants of it. */
export interface Wish {
  /** The configuration's name for the engine. */
  readonly engine: string
  readonly model?: string | undefined
  readonly language?: string | undefined
  readonly timeout_seconds: number
}

const engine = "wyoming_asr"
const section = `asr_config.${engine}`
const format: Events.Format = { rate: Speech.sampleRate, width: 2, channels: 1 }
const asTheyAre: FloatSamples.Gain = { normalize: false, volume: 1 }
/** How many samples are converted and sent at a time: 10 s take 1 ms of the event loop. */
const piece = 10 * Speech.sampleRate

export const earsOf = (server: Server.Server, places: number): Ears => ({
  server,
  stock: Server.stock(server),
  share: FairShare.make(server.isExclusive ? 1 : places),
  breaker: Breaker.make(({ fault = true }: TranscriptionFailed) => fault)
})

/** A server that somebody else has started, or the program that the configuration names. */
export const spec = (folder: string, config: WyomingAsrConfig): EngineSpec<Ears> => {
  const { command, max_concurrency, uri } = config
  return {
    kind: "asr",
    id: `${engine}:${JSON.stringify(command === undefined ? { uri, max_concurrency } : { command, max_concurrency })}`,
    load:
      command === undefined
        ? Effect.sync(() => earsOf(Server.at(uri), max_concurrency))
        : OwnServer.open({
            kind: "asr",
            engine,
            command,
            folder,
            install: say("speech.installProgram", `${section}.command`),
            advice: say("wyoming.checkCommand", `${section}.command`)
          }).pipe(Effect.map((server) => earsOf(server, max_concurrency)))
  }
}

export const wishOf = ({ language, model, timeout_seconds }: WyomingAsrConfig): Wish => ({
  engine,
  language,
  model,
  timeout_seconds
})

/** The samples as 16-bit ones in little-endian order, which every machine that Node runs on has. */
const bytesOf = (samples: Float32Array): Uint8Array => {
  const converted = FloatSamples.toInt16(samples, asTheyAre)
  return new Uint8Array(converted.buffer, converted.byteOffset, converted.byteLength)
}

const sendSound = Effect.fnUntraced(function* (link: Link, samples: Float32Array) {
  for (let at = 0; at < samples.length; at += piece) {
    if (at > 0) yield* nextRound
    yield* link.send(Events.audioChunk(format, bytesOf(samples.subarray(at, at + piece))))
  }
})

const begin = (link: Link, { language, model }: Wish) =>
  Effect.zipRight(
    link.send(
      Events.transcribe({
        ...(model === undefined ? {} : { name: model }),
        ...(language === undefined ? {} : { language })
      })
    ),
    link.send(Events.audioStart(format))
  )

/** What has been heard so far, by servers that say it piece by piece. */
interface Hearing {
  text: string
  /** The whole transcript, when it has come. */
  whole: string | undefined
}

const take = (hearing: Hearing, event: Events.Event): void => {
  if (event.type === "transcript") hearing.whole = event.data.text
  else if (event.type === "transcript-chunk") hearing.text += event.data.text
  // Left over from the request before if nothing was heard in this one.
  else if (event.type === "transcript-stop" && hearing.text !== "") hearing.whole ??= hearing.text
}

const end = (link: Link, hearing: Hearing): Effect.Effect<string, RemoteFailure.RemoteFailure> => {
  const rest: Effect.Effect<string, RemoteFailure.RemoteFailure> = Effect.suspend(() => {
    if (hearing.whole !== undefined) return Effect.succeed(hearing.whole)
    return Effect.flatMap(link.receive, (event) => {
      take(hearing, event)
      return rest
    })
  })
  return Effect.zipRight(link.send(Events.audioStop), rest)
}

/** Words for what went wrong with a server, for one engine. */
const wordsOf = ({ server }: Ears, { engine }: Wish) => {
  const describe = FailureWords.describe({
    server,
    section: `asr_config.${engine}`,
    again: say("speech.sayAgain"),
    againStarting: say("speech.sayAgainStarting")
  })
  return (failure: Server.Failure) =>
    new TranscriptionFailed({ engine, ...describe(failure), cause: failure })
}

const modelsOf = ({ asr }: Events.Info) => asr.flatMap(({ models }) => models.map(({ name }) => name))

/** The recogniser for one session. */
export const listener = (ears: Ears, wish: Wish): Asr => {
  const { breaker, server, share, stock } = ears
  const { engine, model, timeout_seconds } = wish
  const limit = Duration.seconds(timeout_seconds)
  const failed = wordsOf(ears, wish)
  const member = share.join()
  const refuse = (
    detail: TranscriptionFailed["detail"],
    advice: TranscriptionFailed["advice"],
    fault: boolean
  ) => new TranscriptionFailed({ engine, detail, advice, fault })

  /** A server takes a model that it does not know for its own, and one that is no recogniser answers nothing. */
  const check = Effect.gen(function* () {
    const has = (info: Events.Info) =>
      model === undefined ? info.asr.length > 0 : modelsOf(info).includes(model)
    const info = yield* Effect.mapError(stock.info(has), failed)
    if (has(info)) return info
    const key = `asr_config.${engine}`
    return yield* info.asr.length === 0
      ? refuse(
          say("wyoming.noRecogniser", server.name),
          say("wyoming.lookAddress", FailureWords.addressKey(server, key)),
          true
        )
      : refuse(
          say("wyoming.noModel", server.name, JSON.stringify(model)),
          say("engine.setToOneOf", `${key}.model`, modelsOf(info)),
          // Other sessions ask for other models of the same server.
          false
        )
  })

  const transcribe = (samples: Float32Array) =>
    Server.talk(server, (link) =>
      Effect.timeoutFail(
        begin(link, wish).pipe(
          Effect.zipRight(sendSound(link, samples)),
          Effect.zipRight(end(link, { text: "", whole: undefined }))
        ),
        { duration: limit, onTimeout: () => RemoteFailure.tooSlow(limit) }
      )
    )

  /** A server that does not read, too, keeps nobody waiting. */
  const within = Effect.timeoutFail({ duration: limit, onTimeout: () => RemoteFailure.tooSlow(limit) })

  /** While one speaks, by servers that say that they can. */
  const listen: Effect.Effect<Listener, never, Scope.Scope> = Effect.map(Effect.scope, (scope) => {
    const hearing: Hearing = { text: "", whole: undefined }
    let link: Link | undefined
    const open = Effect.gen(function* () {
      const cannot = refuse(say("speech.cannotListen"), say("speech.sayAgain"), false)
      // The whole utterance is what tries it again.
      if (yield* breaker.isOpen) return yield* cannot
      const info = yield* check
      if (!info.asr.some((program) => program.supports_transcript_streaming)) return yield* cannot
      link = yield* Scope.extend(Effect.mapError(server.connect, failed), scope)
      yield* Effect.mapError(within(begin(link, wish)), failed)
      return link
    })
    const drain = (link: Link): Effect.Effect<void, RemoteFailure.RemoteFailure> =>
      Effect.flatMap(link.poll, (event) => {
        if (event === undefined) return Effect.void
        take(hearing, event)
        return drain(link)
      })
    return {
      hear: (samples) =>
        Effect.suspend(() => (link === undefined ? open : Effect.succeed(link))).pipe(
          Effect.flatMap((link) =>
            Effect.mapError(within(Effect.zipRight(sendSound(link, samples), drain(link))), failed)
          ),
          Effect.map(() => Transcript.clean(hearing.whole ?? hearing.text))
        ),
      finish: Effect.suspend(() =>
        link === undefined
          ? Effect.succeed("")
          : within(end(link, hearing)).pipe(Effect.mapError(failed), breaker.run)
      ).pipe(Effect.map(Transcript.clean))
    }
  })

  return {
    engine,
    ...(server.isExclusive ? {} : { listen }),
    transcribe: (samples) =>
      samples.length === 0
        ? Effect.succeed("")
        : Effect.zipRight(check, Effect.mapError(transcribe(samples), failed)).pipe(
            breaker.run,
            member.run,
            Effect.map(Transcript.clean),
            Effect.withSpan("WyomingAsr.transcribe")
          )
  }
}
