import type { Context, Effect, Scope } from "effect"
import type { Client } from "../conversation/Client.ts"
import type { Names, Story } from "../conversation/Story.ts"
import type * as Turn from "../conversation/Turn.ts"
import type { Task } from "../agent/Agent.ts"
import type { Words } from "../language/Text.ts"
import type { Outgoing } from "../protocol/ServerMessage.ts"

type ClientService = Context.Tag.Service<typeof Client>

/** What a member's character is to do when it is its turn. */
export interface Speech {
  readonly input: Turn.Heard
  /** Whom the turn speaks to: what belongs to everybody goes to everybody. */
  readonly client: ClientService
  /** Where its words are stored: in the conversations of all. */
  readonly story: Story
  /** Who takes part: the people, and the characters of the other members. */
  readonly people: ReadonlyArray<string>
  readonly others: ReadonlyArray<string>
  /** Longest wait for the client's playback beyond the length of the audio, in ms. */
  readonly patience: number
  /** Asked when it can begin at once: whether it is still wanted. It has begun then. */
  readonly begin: Effect.Effect<boolean>
  /** Runs when the speech is over, however it ends. */
  readonly onOver: Effect.Effect<void>
}

/** A session as its group sees it. */
export interface Member {
  readonly uid: string
  /** The session's: what a group does for one member alone ends with it. */
  readonly scope: Scope.Scope
  readonly send: ClientService["send"]
  /** Who speaks there now: the character and the person. */
  readonly names: Effect.Effect<Names>
  /** What the client's trigger says, as text. Told to the client is only how an utterance was understood. */
  readonly listen: (
    input: Turn.Heard,
    send: (message: Outgoing) => Effect.Effect<void>
  ) => Effect.Effect<string, { readonly words: Words }>
  /** How long nobody has done anything at the session: its character may speak of its own accord then. */
  readonly idleness: {
    /** Somebody in the group has said something. */
    readonly stir: () => void
    /** The time counts from now on. */
    readonly restart: () => void
  }
  /** How what others say is stored in the conversation that the session is in. */
  readonly story: (names: Names) => Effect.Effect<Story>
  /** Whether the session has a turn: one by itself, or its speech in the group. */
  readonly isBusy: Effect.Effect<boolean>
  /** Stops a turn that the session has by itself, and answers whether there was one: its client is to be told. */
  readonly hush: Effect.Effect<boolean>
  /** Begins the speech as the session's turn, in a fiber of the session, and returns. */
  readonly speak: (speech: Speech) => Effect.Effect<void>
  /** Stops it, and waits until it has stopped. `heard`: what somebody says was heard of it. */
  readonly silence: (heard?: string) => Effect.Effect<void>
  /** Has the character's model write a text; undefined if it can't. */
  readonly write: (task: Task) => Effect.Effect<string | undefined>
}
