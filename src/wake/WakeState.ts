import { Clock, Effect } from "effect"
import type { Scope } from "effect"
import type { ServerMessage } from "../protocol/ServerMessage.ts"
import * as FiberSlot from "../supervision/FiberSlot.ts"
import type { Word } from "./WakeWords.ts"

/** What a client is told of it, but for its own name. */
export type Report = Omit<Extract<ServerMessage, { readonly type: "wake-word-state" }>, "type" | "client_uid">

/** Why the state is what it is: `trigger_reason`. */
type Reason =
  | "wake_word"
  | "end_word"
  | "timeout"
  | "no_wake_word"
  | "state_requested"
  | "character_switched"
  | "proactive_speech"

/**
 * Whether a client's character waits for its wake word (listening) or answers whatever is said (active), with a count
 * of what came of it. It begins with listening and is the session's: it vanishes with it.
 */
export interface WakeState {
  readonly isActive: () => boolean
  /** The wake word has been said; from now on the time-out runs. */
  readonly wake: (word: Word) => Effect.Effect<void>
  /** The end word has been said: waits for the wake word. */
  readonly end: (word: Word) => Effect.Effect<void>
  /** Something was said without the wake word. */
  readonly ignore: Effect.Effect<void>
  /** Something is said that is answered: the time-out begins anew. */
  readonly heard: Effect.Effect<void>
  /** The character speaks of its own accord: whatever is said to that is answered. It counts as no call. */
  readonly speakUp: Effect.Effect<void>
  /** The time-out begins anew, for another reason. */
  readonly restart: () => void
  /** While an answer is given or played, no time runs. */
  readonly turnBegan: Effect.Effect<void>
  readonly turnEnded: Effect.Effect<void>
  /** Another character is there, which waits for its own wake word if it `waits` for any. */
  readonly reset: (waits: boolean) => Effect.Effect<void>
  /** Tells what is so now. */
  readonly report: Effect.Effect<void>
  readonly read: () => Report
}

export interface Options {
  /** Time without an utterance, in ms, after which the wake word is wanted again. */
  readonly timeout: Effect.Effect<number>
  /** Whether something goes on at this moment during which it must not begin to wait: the time-out begins anew then. */
  readonly isBusy: Effect.Effect<boolean>
  /** Keeps the time-out apart from messages that are being handled. */
  readonly alone: <A>(effect: Effect.Effect<A>) => Effect.Effect<A>
  readonly tell: (report: Report) => Effect.Effect<void>
}

/** Closing the scope stops the time-out. One caller at a time, but for the turn's fiber, which may end it. */
export const make = (
  { alone, isBusy, tell, timeout }: Options,
  scope: Scope.Scope,
  clock: Clock.Clock
): WakeState => {
  const slot = FiberSlot.make(scope)
  const quiet = Effect.unsafeMakeLatch(true)
  let active = false
  /** When something was last said or answered (epoch, ms). */
  let last = 0
  /** Whether anything was said since the last wake word. */
  let used = false
  let answers = false
  let lastWake: number | undefined
  const counts = { wake_count: 0, end_count: 0, ignored_count: 0, timeout_count: 0, false_start_count: 0 }

  const reportOf = (action: Report["action"], reason: Reason, { language, word }: Word): Report => ({
    action,
    matched_word: word,
    language,
    current_state: active ? "active" : "listening",
    stats: { ...counts, last_wake: lastWake === undefined ? null : new Date(lastWake).toISOString() },
    advertisement_control: {
      should_show_ads: !active,
      control_action: active ? "stop_ads" : "start_ads",
      trigger_reason: reason
    }
  })
  const say = (action: Report["action"], reason: Reason, word = none) =>
    Effect.suspend(() => tell(reportOf(action, reason, word)))
  const restart = () => void (last = clock.unsafeCurrentTimeMillis())
  const touch = Effect.sync(restart)

  const lapse = Effect.suspend(() => {
    active = false
    counts.timeout_count++
    if (!used) counts.false_start_count++
    return say("sleep", "timeout")
  })

  /** Time that is left, in ms; none if nobody has said anything for long enough. */
  const left = Effect.zipWith(timeout, Clock.currentTimeMillis, (whole, now) => last + whole - now)

  const step = Effect.gen(function* () {
    yield* quiet.await
    const time = yield* left
    if (time > 0) return yield* Effect.sleep(time)
    if (yield* isBusy) return yield* touch
    // A message that was being handled may have changed everything.
    yield* alone(Effect.flatMap(left, (time) => (time > 0 || answers || !active ? Effect.void : lapse)))
  })
  const watch = Effect.repeat(step, { while: () => active })

  const state: WakeState = {
    isActive: () => active,
    wake: (word) =>
      Effect.gen(function* () {
        active = true
        used = false
        counts.wake_count++
        yield* touch
        lastWake = last
        yield* slot.start(watch)
        yield* say("wake_up", "wake_word", word)
      }),
    end: (word) =>
      Effect.suspend(() => {
        if (!active) return Effect.void
        active = false
        counts.end_count++
        return Effect.zipRight(slot.stop, say("sleep", "end_word", word))
      }),
    ignore: Effect.suspend(() => {
      counts.ignored_count++
      return say("ignored", "no_wake_word")
    }),
    heard: Effect.suspend(() => {
      used = true
      return touch
    }),
    speakUp: Effect.suspend(() => {
      used = true
      restart()
      if (active) return Effect.void
      active = true
      return Effect.zipRight(slot.start(watch), say("wake_up", "proactive_speech"))
    }),
    restart,
    turnBegan: Effect.suspend(() => {
      answers = true
      return Effect.asVoid(quiet.close)
    }),
    turnEnded: Effect.suspend(() => {
      answers = false
      return Effect.zipRight(touch, Effect.asVoid(quiet.open))
    }),
    reset: (waits) =>
      Effect.suspend(() => {
        active = false
        return Effect.zipRight(slot.stop, waits ? say("sleep", "character_switched") : Effect.void)
      }),
    report: Effect.suspend(() => tell(state.read())),
    read: () => reportOf(active ? "wake_up" : "sleep", "state_requested", none)
  }
  return state
}

const none: Word = { word: "", language: "" }
