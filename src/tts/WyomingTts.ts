import { Duration, Effect, Schedule } from "effect"
import * as RawPcm from "../audio/RawPcm.ts"
import * as SentenceSound from "../audio/SentenceSound.ts"
import type { WyomingTtsConfig } from "../config/WyomingConfig.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import * as Breaker from "../engine/Breaker.ts"
import * as FairShare from "../engine/FairShare.ts"
import * as Patience from "../engine/Patience.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import { say } from "../language/Text.ts"
import type { Alarms } from "../supervision/Alarms.ts"
import * as Events from "../wyoming/Events.ts"
import * as FailureWords from "../wyoming/FailureWords.ts"
import type { Link } from "../wyoming/Link.ts"
import * as OwnServer from "../wyoming/OwnServer.ts"
import * as Server from "../wyoming/Server.ts"
import * as SpeechPieces from "./SpeechPieces.ts"
import { SynthesisFailed } from "./Tts.ts"
import type { Take, Tts } from "./Tts.ts"
import * as WholeSound from "./WholeSound.ts"

/** A server that speaks, shared by all sessions. */
export interface Mouth {
  readonly server: Server.Server
  readonly stock: Server.Stock
  readonly share: FairShare.FairShare
  readonly breaker: Breaker.Breaker<SynthesisFailed>
}

const engine = "wyoming_tts"
const section = `tts_config.${engine}`
/** A sentence whose connection was lost before there was any sound is asked for once more, after this. */
const pause = "300 millis"

const mouthOf = (server: Server.Server, places: number): Mouth => ({
  server,
  stock: Server.stock(server),
  share: FairShare.make(server.isExclusive ? 1 : places),
  breaker: Breaker.make<SynthesisFailed>()
})

/** A server that somebody else has started, or the program that the configuration names. */
export const spec = (folder: string, config: WyomingTtsConfig): EngineSpec<Mouth> => {
  const { command, max_concurrency, uri } = config
  return {
    kind: "tts",
    id: `${engine}:${JSON.stringify(command === undefined ? { uri, max_concurrency } : { command, max_concurrency })}`,
    load:
      command === undefined
        ? Effect.sync(() => mouthOf(Server.at(uri), max_concurrency))
        : OwnServer.open({
            kind: "tts",
            engine,
            command,
            folder,
            install: say("speech.installProgram", `${section}.command`),
            advice: say("wyoming.checkCommand", `${section}.command`)
          }).pipe(Effect.map((server) => mouthOf(server, max_concurrency)))
  }
}

/** A voice by its name, or any of a language: the protocol knows no more. */
const wishOf = ({ language, speaker, voice }: WyomingTtsConfig): Events.Voice => {
  if (voice !== undefined) return { name: voice, ...(speaker === undefined ? {} : { speaker }) }
  return language === undefined ? {} : { language }
}

const unreadable = (detail: NonNullable<RemoteFailure.Unanswered["detail"]>) =>
  new RemoteFailure.Unanswered({ reason: "unreadable", detail })

/** Hands on the sound of one sentence as it comes, until its end. */
const receive = (link: Link, wait: Patience.Wait, take: Take) =>
  Effect.gen(function* () {
    let format: Events.Format | undefined
    let read = RawPcm.reader({ width: 2, channels: 1 })
    let length = 0
    for (;;) {
      const event = yield* wait(link.receive)
      if (event.type === "audio-stop") {
        if (length > 0) return
        return yield* new RemoteFailure.Unanswered({ reason: "empty", detail: say("speech.sentSilence") })
      }
      if (event.type !== "audio-start" && event.type !== "audio-chunk") continue
      if (format === undefined) {
        format = event.data
        read = RawPcm.reader(format)
      } else if (!isSame(format, event.data)) return yield* unreadable(say("wyoming.formatChanged"))
      const samples = read(event.payload)
      if (samples.length === 0) continue
      length += samples.length
      const longest = SentenceSound.longest(format.rate)
      if (length > longest * format.rate)
        return yield* unreadable(say("wyoming.tooMuchSound", Math.round(longest / 6) / 10))
      yield* take({ samples, sampleRate: format.rate })
    }
  })

const isSame = (one: Events.Format, other: Events.Format) =>
  one.rate === other.rate && one.width === other.width && one.channels === other.channels

const voicesOf = ({ tts }: Events.Info) => tts.flatMap(({ voices }) => voices.map(({ name }) => name))

/** How many voices of a server are named to a person. */
const mostNamed = 12

/** The voice for one session. */
export const voice = (
  alarms: Alarms["Type"],
  { breaker, server, share, stock }: Mouth,
  config: WyomingTtsConfig
): Tts & Required<Pick<Tts, "stream">> => {
  const limit = Duration.seconds(config.timeout_seconds)
  const wish = wishOf(config)
  const member = share.join()
  const describe = FailureWords.describe({
    server,
    section,
    again: say("engine.nextAfreshLog"),
    againStarting: say("engine.nextAfresh")
  })
  const failed = (failure: Server.Failure) =>
    new SynthesisFailed({ engine, ...describe(failure), cause: failure })

  /** What a server does with a voice that it does not know is its own affair, and one that has none says nothing. */
  const check = Effect.gen(function* () {
    const has = (info: Events.Info) =>
      config.voice === undefined ? info.tts.length > 0 : voicesOf(info).includes(config.voice)
    const info = yield* Effect.mapError(stock.info(has), failed)
    if (has(info)) return info
    return yield* info.tts.length === 0
      ? new SynthesisFailed({
          engine,
          detail: say("wyoming.noVoices", server.name),
          advice: say("wyoming.lookAddress", FailureWords.addressKey(server, section))
        })
      : new SynthesisFailed({
          engine,
          // Other sessions ask for other voices of the same server.
          fault: false,
          detail: say("wyoming.noVoice", server.name, JSON.stringify(config.voice)),
          advice: say("engine.setToOneOf", `${section}.voice`, namedOf(voicesOf(info)))
        })
  })

  const speak = (text: string, take: Take) =>
    Effect.suspend(() => {
      let heard = false
      const hear: Take = (piece) => {
        heard = true
        return take(piece)
      }
      const asked = Server.talk(server, (link) =>
        Effect.zipRight(
          link.send(Events.synthesize(text, wish)),
          Patience.bound(alarms, limit, (wait) => receive(link, wait, hear))
        )
      ).pipe(
        Effect.retry({
          times: 1,
          schedule: Schedule.spaced(pause),
          while: (failure) => !heard && Server.isLost(failure)
        }),
        Effect.mapError(failed)
      )
      return member.run(breaker.run(Effect.zipRight(check, asked)))
    }).pipe(Effect.withSpan("WyomingTts.synthesize"))

  const said = (text: string, take: Take) => {
    const words = SpeechPieces.of(text).join(" ")
    return words === "" ? Effect.void : speak(words, take)
  }

  return {
    engine,
    synthesize: (text) => WholeSound.of((put) => said(text, put)),
    stream: said
  }
}

const namedOf = (names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names.length > mostNamed ? [...names.slice(0, mostNamed), "…"] : names
