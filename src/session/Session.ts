import { Effect, ExecutionStrategy, Ref, Scope } from "effect"
import * as Memory from "../agent/Memory.ts"
import { contextTokens } from "../config/AgentConfig.ts"
import { Characters } from "../config/Characters.ts"
import * as ActiveTurn from "../conversation/ActiveTurn.ts"
import { Client } from "../conversation/Client.ts"
import * as CurrentHistory from "../conversation/CurrentHistory.ts"
import * as Listening from "../conversation/Listening.ts"
import * as Playback from "../conversation/Playback.ts"
import type * as Turn from "../conversation/Turn.ts"
import * as Utterance from "../conversation/Utterance.ts"
import { Groups } from "../group/Groups.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import * as FiberSlot from "../supervision/FiberSlot.ts"
import * as UtteranceLine from "../wake/UtteranceLine.ts"
import * as WakeState from "../wake/WakeState.ts"
import * as Ear from "./Ear.ts"
import * as Extensions from "./Extensions.ts"
import * as Idleness from "./Idleness.ts"
import * as LiveCharacter from "./LiveCharacter.ts"
import * as Remembering from "./Remembering.ts"
import { SessionRegistry } from "./SessionRegistry.ts"
import * as ToolConsent from "./ToolConsent.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

/** A character with the scope that holds its resources. */
export interface Seat {
  readonly character: LiveCharacter.LiveCharacter
  readonly scope: Scope.CloseableScope
}

/** One client's state. Every part of it is owned by the scope that `open` ran in, and by nothing else. */
export interface Session {
  /** Who answers now; a switch replaces it when the new one is ready. */
  readonly seat: Ref.Ref<Seat>
  /** Parent of every character's scope. */
  readonly characters: Scope.Scope
  readonly turn: ActiveTurn.ActiveTurn
  readonly playback: Playback.Playback
  readonly memory: Memory.Memory
  /** What is summarised and learnt behind the turns. */
  readonly remembering: Remembering.Remembering
  readonly history: CurrentHistory.CurrentHistory
  readonly utterance: Utterance.Utterance
  /** The transcript that grows while the user speaks, for clients that asked for it. */
  readonly listening: Listening.Listening
  readonly extensions: Extensions.Extensions
  /** What hears an open microphone, `raw-audio-data`. */
  readonly ear: Ear.Ear
  /** Whether the character waits for its wake word, and what was said meanwhile and has not been looked through. */
  readonly wake: {
    readonly state: WakeState.WakeState
    readonly line: UtteranceLine.UtteranceLine<Turn.Said>
  }
  /** Calls of tools that wait for the person's word. */
  readonly consent: ToolConsent.ToolConsent
  /** Tools that the client calls itself, as they run. */
  readonly toolCalls: Set<symbol>
  /** The switch in progress, if there is one; `unanswered`: its file, until the client has heard what became of it. */
  readonly switching: { readonly slot: FiberSlot.FiberSlot; unanswered: string | undefined }
  /** Held while a message is handled and while a switch swaps characters, so that neither sees the other half done. */
  readonly exclusive: Effect.Semaphore
  /** How long nobody has done anything. */
  readonly idleness: Idleness.Idleness
  /** Notices that are told once a session. */
  readonly told: Set<string>
}

/**
 * Opens a session in the caller's scope, with the character of `conf.yaml`, and sends the opening sequence. Returns
 * while the character's engines are still warming up.
 *
 * Finalizers run newest first, so the order of the steps below is the shutdown order read backwards: the turn and a
 * switch in progress stop (they start later than all of this), then warm-ups, and only then do the resources close that
 * they were using.
 */
export const open = Effect.fnUntraced(function* (extensions = Extensions.ofOne()) {
  const client = yield* Client
  const characters = yield* Characters
  const registry = yield* SessionRegistry
  const groups = yield* Groups

  const scopes = yield* Scope.fork(yield* Effect.scope, ExecutionStrategy.sequential)
  const scope = yield* Scope.fork(scopes, ExecutionStrategy.sequential)
  const character = yield* LiveCharacter.open(yield* characters.base, scope)
  const seat = yield* Ref.make<Seat>({ character, scope })
  const config = Effect.map(Ref.get(seat), ({ character }) => character.config)
  const exclusive = yield* Effect.makeSemaphore(1)
  const confUid = Effect.map(config, ({ conf_uid }) => conf_uid)

  const session: Session = {
    seat,
    characters: scopes,
    history: yield* CurrentHistory.make(confUid),
    memory: yield* Memory.make(Effect.map(config, ({ agent_config }) => contextTokens(agent_config))),
    remembering: yield* Remembering.make,
    playback: yield* Playback.make,
    utterance: Utterance.make(),
    extensions,
    listening: yield* Listening.make({
      asr: Effect.flatMap(Ref.get(seat), ({ character }) => character.services.asr),
      onPartial: (text) => client.send({ type: "user-input-partial", text })
    }),
    ear: yield* Ear.make,
    consent: ToolConsent.make(),
    toolCalls: new Set(),
    exclusive,
    idleness: yield* Idleness.make,
    wake: {
      line: yield* UtteranceLine.make<Turn.Said>(),
      state: yield* WakeState.make({
        timeout: Effect.map(config, ({ wake_word }) => 1000 * wake_word.timeout_seconds),
        // Nobody is cut off, and what has been said may have to be answered.
        isBusy: Effect.suspend(() =>
          session.ear.detector.isSpeaking() || !session.wake.line.isEmpty()
            ? Effect.succeed(true)
            : groups.isTalking(client.uid)
        ),
        alone: exclusive.withPermits(1),
        tell: (report) =>
          Effect.flatMap(config, (config) =>
            Extensions.tellsOfWaking(extensions, config)
              ? client.send({ type: "wake-word-state", client_uid: client.uid, ...report })
              : Effect.void
          )
      })
    },
    told: new Set(),
    switching: { slot: yield* FiberSlot.make, unanswered: undefined },
    turn: yield* ActiveTurn.make
  }
  yield* registry.register({
    uid: client.uid,
    character: Effect.map(Ref.get(seat), ({ character }) => character.config.conf_name),
    tell: (message) => (extensions.configChanges ? client.send(message) : Effect.void)
  })

  yield* Effect.forEach(openingSequence(character), (message) => client.send(message), { discard: true })
  if (character.wakeWords !== undefined) yield* session.wake.state.report
  return session
})

const alone: ServerMessage.ServerMessage = { type: "group-update", members: [], is_owner: false }

/** What a client is sent before anything else. `group`: its `group-update`. */
export const openingSequence = (
  { announcement }: Pick<LiveCharacter.LiveCharacter, "announcement">,
  group: ServerMessage.ServerMessage = alone
): ReadonlyArray<ServerMessage.Outgoing> => [
  group,
  ServerMessage.fullText(say("session.connected")),
  announcement,
  group,
  ServerMessage.control("start-mic")
]

/**
 * Stops the turn in progress because the conversation is left, and frees a client that had not interrupted it itself:
 * it would wait for that turn's end for ever. What is being summarised stops too.
 */
export const leaveTurn = Effect.fnUntraced(function* (session: Session) {
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

/** Tells the client something once a session, or once a character; `what` is what it is about. */
export const tellOnce = ({ told }: Pick<Session, "told">, what: string, words: Words) =>
  Effect.gen(function* () {
    if (told.has(what)) return
    told.add(what)
    const client = yield* Client
    yield* client.send(ServerMessage.failure(words))
  })
