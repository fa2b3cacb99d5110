import { Duration, Effect } from "effect"
import type { WyomingAsrConfig } from "../config/WyomingConfig.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import * as Breaker from "../engine/Breaker.ts"
import * as FairShare from "../engine/FairShare.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import { say } from "../language/Text.ts"
import * as Events from "../wyoming/Events.ts"
import * as FailureWords from "../wyoming/FailureWords.ts"
import * as OwnServer from "../wyoming/OwnServer.ts"
import * as Server from "../wyoming/Server.ts"
import { TranscriptionFailed } from "./Asr.ts"
import type { Asr } from "./Asr.ts"
import * as Transcript from "./Transcript.ts"
import * as WyomingRequest from "./WyomingRequest.ts"
import * as WyomingStream from "./WyomingStream.ts"

/** A server that transcribes, shared by all sessions. */
export interface Ears {
  readonly server: Server.Server
  readonly stock: Server.Stock
  readonly share: FairShare.FairShare
  readonly breaker: Breaker.Breaker<TranscriptionFailed>
}

/** What a session wants of it. */
export interface Wish extends WyomingRequest.Wish {
  /** The configuration's name for the engine. */
  readonly engine: string
  readonly timeout_seconds: number
}

const engine = "wyoming_asr"
const section = `asr_config.${engine}`

export const earsOf = (server: Server.Server, places: number): Ears => ({
  server,
  stock: Server.stock(server),
  share: FairShare.make(server.isExclusive ? 1 : places),
  breaker: Breaker.make<TranscriptionFailed>()
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
        WyomingRequest.begin(link, wish).pipe(
          Effect.zipRight(WyomingRequest.send(link, samples)),
          Effect.zipRight(WyomingRequest.end(link, WyomingRequest.hearing()))
        ),
        { duration: limit, onTimeout: () => RemoteFailure.tooSlow(limit) }
      )
    )

  return {
    engine,
    ...(server.isExclusive
      ? {}
      : { listen: WyomingStream.listen({ server, wish, limit, member, breaker, failed, check }) }),
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
