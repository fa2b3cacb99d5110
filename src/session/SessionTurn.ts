import { Context, Effect, Ref } from "effect"
import { Settings } from "../config/Settings.ts"
import { Client } from "../conversation/Client.ts"
import type { TurnToken } from "../conversation/Client.ts"
import * as Story from "../conversation/Story.ts"
import * as Turn from "../conversation/Turn.ts"
import * as TurnRecord from "../conversation/TurnRecord.ts"
import { say } from "../language/Text.ts"
import { Groups } from "../group/Groups.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import { Alarms } from "../supervision/Alarms.ts"
import { Census } from "../telemetry/Census.ts"
import * as Extensions from "./Extensions.ts"
import * as Remembering from "./Remembering.ts"
import { tellOnce } from "./Session.ts"
import type { Session } from "./Session.ts"
import * as ToolConsent from "./ToolConsent.ts"

/** What is different about a turn in a group. */
export interface InGroup {
  /** Where its words are stored. */
  readonly story: Story.Story
  /** Where it takes place, in words for the model. */
  readonly situation: string | undefined
  /** Longest wait for the client's playback beyond the length of the audio, in ms. */
  readonly patience: number
}

/** Puts together what a turn of the session's character uses, and answers how to run one. */
export const prepare = Effect.fnUntraced(function* (session: Session, inGroup?: InGroup) {
  const { system } = yield* Settings
  const { character } = yield* Ref.get(session.seat)
  const client = yield* Client
  const { config } = character
  const person = Extensions.personOf(session.extensions, config)
  const story =
    inGroup?.story ??
    (yield* Story.make({
      current: session.history,
      confUid: config.conf_uid,
      names: Story.namesOf(config, person)
    }))
  const warn = (what: string, failure: { readonly message: string }) =>
    Effect.logWarning(`${what}: ${failure.message}`)
  const remembering = yield* Remembering.ofTurn(session, character)
  const grace = system.playback_grace_seconds * 1000
  const options: Omit<Turn.Options, "consent"> = {
    character: config,
    person,
    ...(inGroup?.situation === undefined ? {} : { situation: inGroup.situation }),
    emotions: character.emotions,
    agent: character.services.agent,
    translator: character.services.translator,
    tts: character.services.tts,
    asr: character.services.asr,
    memory: session.memory,
    record: TurnRecord.make({ interruptMethod: character.interruptMethod, memory: session.memory, story }),
    ...remembering,
    onBegun: Effect.zipRight(session.wake.state.turnBegan, remembering.onBegun),
    onEnded: Effect.zipRight(remembering.onEnded, session.wake.state.turnEnded),
    playback: session.playback,
    playbackGrace: inGroup === undefined ? grace : Math.min(grace, inGroup.patience),
    // What cannot be loaded has been reported by its warm-up.
    onVoiceFailure: (failure) =>
      failure._tag === "EngineUnavailable"
        ? Effect.void
        : Effect.zipRight(
            warn("a sentence stays silent", failure),
            Effect.flatMap(character.voiceOutage.failed, (isNews) =>
              isNews
                ? client.send(ServerMessage.failure(say("session.goesOnAsText", failure.words)))
                : Effect.void
            )
          ),
    onVoice: character.voiceOutage.worked,
    onUntranslated: (failure) =>
      failure._tag === "EngineUnavailable"
        ? Effect.void
        : Effect.zipRight(
            warn("a sentence is not translated", failure),
            Effect.provideService(
              tellOnce(character, failure.engine, say("session.spokenAsWritten", failure.words)),
              Client,
              client
            )
          )
  }
  // Fibers that come and go copy what they are given of these: of all the server's services, a turn needs three.
  const services = Context.make(Client, client).pipe(
    Context.add(Census, yield* Census),
    Context.add(Alarms, yield* Alarms)
  )
  const onlyThese: (all: Context.Context<never>) => typeof services = () => services
  return (input: Turn.Input, turn: TurnToken) => {
    const consent = ToolConsent.asking({
      client,
      consent: session.consent,
      understood: () => session.extensions.toolConsent,
      name: config.character_name || config.conf_name,
      turn
    })
    return Effect.mapInputContext(Turn.run({ ...options, consent }, input, turn), onlyThese)
  }
})

/**
 * Begins a turn; one that runs is interrupted. The turn is the group's, if the client is in one; but a line that is no
 * answer is between the character and its own client.
 */
export const begin = Effect.fnUntraced(function* (session: Session, input: Turn.Input) {
  const { uid } = yield* Client
  if (input._tag === "Line") yield* interrupt(session)
  else {
    const givenUp = input._tag === "Text" ? input.givenUp : undefined
    if (givenUp !== undefined && (yield* session.turn.isRunning)) return yield* givenUp
    if (yield* (yield* Groups).trigger(uid, input, givenUp)) return
  }
  const turn = yield* prepare(session)
  yield* session.turn.start((token) => turn(input, token))
})

/** Stops the turn that the client sees. `heard` is the sum of the sentences that had started to play. In a group it is for all. */
export const interrupt = Effect.fnUntraced(function* (session: Session, heard?: string) {
  const { uid } = yield* Client
  const groups = yield* Groups
  // A client that has joined in the middle of a turn of its own sees that one.
  const alone = (yield* session.turn.isRunning) && !(yield* groups.isSpeaking(uid))
  if (alone || !(yield* groups.interrupt(uid, heard))) yield* session.turn.interrupt(heard)
})

/** The page waits for this after everything that is said; but it must never end a turn. */
export const release = Effect.fnUntraced(function* (session: Session) {
  const client = yield* Client
  if (yield* isTalking(session)) return
  yield* client.send(ServerMessage.control("conversation-chain-end"))
})

/**
 * Stops the turn in progress because the conversation is left, and frees a client that had not interrupted it itself:
 * it would wait for that turn's end for ever. What is being summarised stops too.
 */
export const leave = Effect.fnUntraced(function* (session: Session) {
  const client = yield* Client
  const waits = !session.wake.line.isEmpty()
  yield* session.wake.line.clear
  if (yield* session.turn.isRunning) {
    // A group goes on without what it is told here, and says itself that this has ended.
    const inGroup = yield* (yield* Groups).isSpeaking(client.uid)
    yield* session.turn.interrupt()
    if (!inGroup) yield* client.send(ServerMessage.control("conversation-chain-end"))
  } else if (waits && !(yield* (yield* Groups).isTalking(client.uid))) {
    yield* client.send(ServerMessage.control("conversation-chain-end"))
  }
  yield* Remembering.leave(session)
})

/** Whether the session has a turn, or its group has. */
export const isTalking = Effect.fnUntraced(function* (session: Session) {
  const { uid } = yield* Client
  return (yield* session.turn.isRunning) || (yield* (yield* Groups).isTalking(uid))
})

/**
 * Waits until neither has one, and nothing is looked through that may become one. Another one may begin before the waiting
 * fiber comes to know.
 */
export const quiet = Effect.fnUntraced(function* (session: Session) {
  const { uid } = yield* Client
  const groups = yield* Groups
  do {
    yield* session.turn.idle
    yield* session.wake.line.idle
    yield* groups.quiet(uid)
  } while (yield* isTalking(session))
})
