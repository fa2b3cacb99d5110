import { Clock, Deferred, Duration, Effect } from "effect"
import type { TurnToken } from "../conversation/Client.ts"
import type * as Turn from "../conversation/Turn.ts"
import { say } from "../language/Text.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import * as Attribute from "../telemetry/Attributes.ts"
import * as GroupStory from "./GroupStory.ts"
import * as GroupTalk from "./GroupTalk.ts"
import type { Live, Roster, Speaking } from "./Roster.ts"

interface Places {
  readonly roster: Roster
  readonly live: Live
  readonly rules: { readonly patience_seconds: number }
}

/** What a speech has come to, for whoever waits for it. */
interface Progress {
  /** When it last went on (Clock, ms). */
  at: number
  /** The client plays it: that has a time limit of its own. */
  plays: boolean
  /** What of its end is on its way to everybody: that comes through, whatever happens now. */
  closed: boolean
  ended: boolean
}

/** What all who listen are told of a turn; the rest is for the speaker's own client. */
const isForAll = ({ type }: ServerMessage.Outgoing) =>
  type === "control" || type === "full-text" || type === "force-new-message"

/** Has a member's character speak. Returns when that is over, in whichever way, and everybody knows. */
export const speak = Effect.fnUntraced(function* (
  places: Places,
  next: { readonly uid: string; readonly input: Turn.Heard; readonly upTo?: number | undefined }
) {
  const { live, roster, rules } = places
  const { uid } = next
  const member = roster.members.get(uid)
  const begun = yield* roster.change((state) => {
    const after = GroupTalk.speak(state, live.id, uid)
    return [after !== state && GroupTalk.speakerOf(after, live.id) === uid, after]
  })
  // It has left since it was chosen.
  if (!begun || member === undefined) return

  const over = yield* Deferred.make<void>()
  /** Whether the session has a turn by now that is this speech. */
  let runs = false
  const progress: Progress = { at: yield* Clock.currentTimeMillis, plays: false, closed: false, ended: false }
  const speaking: Speaking = {
    uid,
    token: undefined,
    // What else the session does is not the group's to stop.
    leave: Effect.suspend(() => (runs ? member.silence() : Effect.void)).pipe(
      Effect.zipRight(Deferred.succeed(over, undefined)),
      Effect.asVoid
    )
  }
  const audience = yield* audienceOf(places)
  const names = yield* Effect.forEach(
    audience,
    (uid) => roster.members.get(uid)?.names ?? Effect.succeed(undefined)
  )
  const known = names.filter((names) => names !== undefined)
  const own = yield* member.names
  const story = GroupStory.make(places, member, own, next.upTo)

  const perform = member
    .speak({
      input: next.input,
      client: { uid, send: sendTo(places, speaking, progress) },
      story,
      people: [...new Set(known.flatMap(({ human }) => human.name ?? []))],
      others: audience.flatMap((other, index) => (other === uid ? [] : (names[index]?.ai.name ?? []))),
      patience: rules.patience_seconds * 1000,
      begin: Effect.map(Deferred.isDone(over), (isOver) => (runs = !isOver)),
      onOver: Effect.suspend(() => {
        runs = false
        return Effect.asVoid(Deferred.succeed(over, undefined))
      })
    })
    .pipe(
      Effect.zipRight(Deferred.await(over)),
      Effect.onInterrupt(() => (runs ? member.silence(live.heard) : Effect.void))
    )

  live.speaking = speaking
  const others = audience.filter((other) => other !== uid)
  // Whoever leaves before it can begin, because its session or another one is busy, is not waited for.
  const heard = Effect.raceFirst(Effect.zipRight(roster.hush(others), perform), Deferred.await(over))
  const givenUp = Effect.zipRight(
    stuck(progress, rules.patience_seconds),
    tellStuck(places, uid, rules.patience_seconds)
  )
  yield* Effect.raceFirst(heard, givenUp).pipe(
    Effect.ensuring(
      Effect.sync(() => {
        live.speaking = undefined
      })
    ),
    Effect.zipRight(Effect.suspend(() => end(places, progress))),
    Effect.ensuring(
      roster.change((state) => [undefined, GroupTalk.fallSilent(state, live.id, uid, story.hasSaid())])
    )
  )
})

const audienceOf = ({ live, roster }: Places) =>
  Effect.map(roster.read, (state) => GroupTalk.audienceOf(state, live.id))

/** The speaker's own client may not know that its character was waited for. */
const tellStuck = ({ roster }: Places, uid: string, seconds: number) =>
  Effect.zipRight(
    Effect.logWarning(`a member of a group has said nothing for ${seconds} s: the next one speaks`),
    roster.post([uid], ServerMessage.failure(say("group.tooSlow", seconds)))
  ).pipe(Effect.annotateLogs(Attribute.clientUid, uid))

/** A speech that was cut off has ended for all who have seen it begin. */
const end = (places: Places, { closed, ended }: Progress) =>
  Effect.flatMap(audienceOf(places), (audience) =>
    Effect.zipRight(
      closed ? Effect.void : places.roster.post(audience, { type: "force-new-message" }),
      ended ? Effect.void : places.roster.post(audience, ServerMessage.control("conversation-chain-end"))
    )
  )

/** How the speaker's turn sends: nobody is waited for but its own client. */
const sendTo =
  (places: Places, speaking: Speaking, progress: Progress) =>
  (message: ServerMessage.Outgoing, turn?: TurnToken): Effect.Effect<void> =>
    Effect.gen(function* () {
      const { roster } = places
      const { uid } = speaking
      speaking.token ??= turn
      const now = Clock.currentTimeMillis
      if (progress.plays) progress.at = yield* now
      progress.plays = false
      const others = isForAll(message) ? yield* audienceOf(places) : []
      progress.closed ||= message.type === "force-new-message"
      progress.ended ||= message.type === "control" && message.text === "conversation-chain-end"
      const until = progress.closed ? undefined : turn
      yield* roster.post(
        others.filter((other) => other !== uid),
        message,
        until
      )
      yield* roster.members.get(uid)?.deliver(message, until) ?? Effect.void
      progress.at = yield* now
      progress.plays = message.type === "backend-synth-complete"
    })

/** Returns when the speech has not gone on for that long: its client does not take it, or its model does not write it. */
const stuck = (progress: Progress, seconds: number) =>
  Effect.gen(function* () {
    const patience = Duration.toMillis(Duration.seconds(seconds))
    while (true) {
      const left = progress.plays ? patience : progress.at + patience - (yield* Clock.currentTimeMillis)
      if (left <= 0) return
      yield* Effect.sleep(left)
    }
  })
