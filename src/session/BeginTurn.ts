import { Effect, Ref } from "effect"
import { Settings } from "../config/Settings.ts"
import { Client } from "../conversation/Client.ts"
import * as Turn from "../conversation/Turn.ts"
import * as TurnRecord from "../conversation/TurnRecord.ts"
import * as Extensions from "./Extensions.ts"
import * as Remembering from "./Remembering.ts"
import { tellOnce } from "./Session.ts"
import type { Session } from "./Session.ts"
import * as ToolConsent from "./ToolConsent.ts"
import * as WakeGate from "./WakeGate.ts"

/** Begins a turn; one that runs is interrupted. */
export const begin = Effect.fnUntraced(function* (session: Session, input: Turn.Input) {
  const { system } = yield* Settings
  const { character } = yield* Ref.get(session.seat)
  const client = yield* Client
  const person = Extensions.personOf(session.extensions, character.config)
  const record = yield* TurnRecord.make({
    character: character.config,
    person,
    interruptMethod: character.interruptMethod,
    memory: session.memory,
    current: session.history
  })
  const remembering = yield* Remembering.ofTurn(session, character)
  const told = (
    what: string,
    failure: { readonly engine: string; readonly message: string },
    instead: string
  ) =>
    Effect.zipRight(
      Effect.logWarning(`${what}: ${failure.message}`),
      Effect.provideService(
        tellOnce(character, failure.engine, `${failure.message} ${instead}`),
        Client,
        client
      )
    )
  const options: Omit<Turn.Options, "consent"> = {
    character: character.config,
    person,
    emotions: character.emotions,
    agent: character.services.agent,
    translator: character.services.translator,
    tts: character.services.tts,
    asr: character.services.asr,
    memory: session.memory,
    record,
    ...remembering,
    admit: (text) => WakeGate.admit(session, character, input, text),
    onBegun: Effect.zipRight(session.wake.state.turnBegan, remembering.onBegun),
    onEnded: Effect.zipRight(remembering.onEnded, session.wake.state.turnEnded),
    playback: session.playback,
    playbackGrace: system.playback_grace_seconds * 1000,
    // What cannot be loaded has been reported by its warm-up.
    onVoiceFailure: (failure) =>
      failure._tag === "EngineUnavailable"
        ? Effect.void
        : told("a sentence stays silent", failure, "The answer goes on as text."),
    onUntranslated: (failure) =>
      failure._tag === "EngineUnavailable"
        ? Effect.void
        : told("a sentence is not translated", failure, "It is spoken as it is written.")
  }
  yield* session.turn.start((turn) => {
    const consent = ToolConsent.asking({
      client,
      consent: session.consent,
      understood: () => session.extensions.toolConsent,
      name: character.config.character_name || character.config.conf_name,
      turn
    })
    return Turn.run({ ...options, consent }, input, turn)
  })
})
