import { Effect, Ref } from "effect"
import type { Clock, Scope } from "effect"
import * as Memory from "../agent/Memory.ts"
import type { Tokens } from "../agent/Tokens.ts"
import { contextTokens } from "../config/AgentConfig.ts"
import * as ActiveTurn from "../conversation/ActiveTurn.ts"
import { Client } from "../conversation/Client.ts"
import * as CurrentHistory from "../conversation/CurrentHistory.ts"
import * as Listening from "../conversation/Listening.ts"
import * as Playback from "../conversation/Playback.ts"
import type * as Turn from "../conversation/Turn.ts"
import * as Utterance from "../conversation/Utterance.ts"
import type { Groups } from "../group/Groups.ts"
import type { Words } from "../language/Text.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import type { History } from "../history/History.ts"
import * as FiberSlot from "../supervision/FiberSlot.ts"
import * as Mutex from "../supervision/Mutex.ts"
import type { Census } from "../telemetry/Census.ts"
import * as UtteranceLine from "../wake/UtteranceLine.ts"
import * as WakeState from "../wake/WakeState.ts"
import * as Ear from "./Ear.ts"
import * as Extensions from "./Extensions.ts"
import * as Idleness from "./Idleness.ts"
import type * as LiveCharacter from "./LiveCharacter.ts"
import * as Remembering from "./Remembering.ts"
import * as ToolConsent from "./ToolConsent.ts"

/** A character with the scope that holds its resources. */
export interface Seat {
  readonly character: LiveCharacter.LiveCharacter
  readonly scope: Scope.CloseableScope
}

/** Services of the server that parts of a session use. */
export interface Services {
  readonly census: Census["Type"]
  readonly clock: Clock.Clock
  readonly groups: Groups["Type"]
  readonly history: History["Type"]
  readonly tokens: Tokens["Type"]
}

/**
 * One client's state. Every part of it is owned by the scope that it was seated in, and by nothing else. Most pages are closed
 * before most of it is used: a part is made when it is first asked for.
 */
export class Session {
  /** Who answers now; a switch replaces it when the new one is ready. */
  readonly seat: Ref.Ref<Seat>
  /** Parent of every character's scope. */
  readonly characters: Scope.Scope
  readonly extensions: Extensions.Extensions
  readonly #client: Client["Type"]
  readonly #scope: Scope.Scope
  readonly #services: Services

  constructor(
    { characters, extensions, seat }: Pick<Session, "characters" | "extensions" | "seat">,
    client: Client["Type"],
    scope: Scope.Scope,
    services: Services
  ) {
    this.seat = seat
    this.characters = characters
    this.extensions = extensions
    this.#client = client
    this.#scope = scope
    this.#services = services
  }

  get #config() {
    return Effect.map(Ref.get(this.seat), ({ character }) => character.config)
  }

  #turn: ActiveTurn.ActiveTurn | undefined
  get turn() {
    return (this.#turn ??= ActiveTurn.make(this.#scope, this.#services.clock))
  }

  #playback: Playback.Playback | undefined
  get playback() {
    return (this.#playback ??= Playback.make())
  }

  #memory: Memory.Memory | undefined
  get memory() {
    const limit = () => Effect.map(this.#config, ({ agent_config }) => contextTokens(agent_config))
    return (this.#memory ??= Memory.make(limit(), this.#services.tokens))
  }

  #remembering: Remembering.Remembering | undefined
  /** What is summarised and learnt behind the turns. */
  get remembering() {
    return (this.#remembering ??= Remembering.make(this.#scope))
  }

  #history: CurrentHistory.CurrentHistory | undefined
  get history() {
    const confUid = () => Effect.map(this.#config, ({ conf_uid }) => conf_uid)
    return (this.#history ??= CurrentHistory.make(confUid(), this.#services.history))
  }
  /** Run when the session closes. */
  readonly leaveHistory = Effect.suspend(() => this.#history?.leave ?? Effect.void)

  #utterance: Utterance.Utterance | undefined
  get utterance() {
    return (this.#utterance ??= Utterance.make())
  }

  #listening: Listening.Listening | undefined
  /** The transcript that grows while the user speaks, for clients that asked for it. */
  get listening() {
    return (this.#listening ??= Listening.make(
      {
        asr: Effect.flatMap(Ref.get(this.seat), ({ character }) => character.services.asr),
        onPartial: (text) => this.#client.send({ type: "user-input-partial", text })
      },
      this.#scope
    ))
  }

  #ear: Ear.Ear | undefined
  /** What hears an open microphone, `raw-audio-data`. */
  get ear() {
    return (this.#ear ??= Ear.make(this.#scope, this.#services.census))
  }

  #wake: Wake | undefined
  /** Whether the character waits for its wake word, and what was said meanwhile and has not been looked through. */
  get wake() {
    return (this.#wake ??= this.#makeWake())
  }

  #consent: ToolConsent.ToolConsent | undefined
  /** Calls of tools that wait for the person's word. */
  get consent() {
    return (this.#consent ??= ToolConsent.make())
  }

  #toolCalls: Set<symbol> | undefined
  /** Tools that the client calls itself, as they run. */
  get toolCalls() {
    return (this.#toolCalls ??= new Set())
  }

  #switching: { readonly slot: FiberSlot.FiberSlot; unanswered: string | undefined } | undefined
  /** The switch in progress, if there is one; `unanswered`: its file, until the client has heard what became of it. */
  get switching() {
    return (this.#switching ??= { slot: FiberSlot.make(this.#scope), unanswered: undefined })
  }

  #exclusive: Mutex.Mutex | undefined
  /** Held while a message is handled and while a switch swaps characters, so that neither sees the other half done. */
  get exclusive() {
    return (this.#exclusive ??= Mutex.make())
  }

  #idleness: Idleness.Idleness | undefined
  /** How long nobody has done anything. */
  get idleness() {
    return (this.#idleness ??= Idleness.make(this.#scope, this.#services.clock))
  }

  #told: Set<string> | undefined
  /** Notices that are told once a session. */
  get told() {
    return (this.#told ??= new Set())
  }

  #makeWake(): Wake {
    const { census, clock, groups } = this.#services
    const line = UtteranceLine.make<Turn.Said>(this.#scope, census)
    const state = WakeState.make(
      {
        timeout: Effect.map(this.#config, ({ wake_word }) => 1000 * wake_word.timeout_seconds),
        // Nobody is cut off, and what has been said may have to be answered.
        isBusy: Effect.suspend(() =>
          this.ear.detector.isSpeaking() || !line.isEmpty()
            ? Effect.succeed(true)
            : groups.isTalking(this.#client.uid)
        ),
        alone: this.exclusive.alone,
        tell: (report) =>
          Effect.flatMap(this.#config, (config) =>
            Extensions.tellsOfWaking(this.extensions, config)
              ? this.#client.send({ type: "wake-word-state", client_uid: this.#client.uid, ...report })
              : Effect.void
          )
      },
      this.#scope,
      clock
    )
    return { line, state }
  }
}

interface Wake {
  readonly state: WakeState.WakeState
  readonly line: UtteranceLine.UtteranceLine<Turn.Said>
}

/** Tells the client something once a session, or once a character; `what` is what it is about. */
export const tellOnce = ({ told }: Pick<Session, "told">, what: string, words: Words) =>
  Effect.gen(function* () {
    if (told.has(what)) return
    told.add(what)
    const client = yield* Client
    yield* client.send(ServerMessage.failure(words))
  })
