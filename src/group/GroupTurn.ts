import { Cause, Duration, Effect } from "effect"
import type { SystemConfig } from "../config/SystemConfig.ts"
import type * as Turn from "../conversation/Turn.ts"
import type { ChatImage } from "../llm/Llm.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import * as Choice from "./Choice.ts"
import * as GroupStory from "./GroupStory.ts"
import * as GroupTalk from "./GroupTalk.ts"
import type { Member } from "./Member.ts"
import type { Live, Roster } from "./Roster.ts"
import * as Speaker from "./Speaker.ts"

/** Most images that one answer is given: as many as one message may have. */
const mostImages = 16

export type Rules = SystemConfig["groups"]

export interface Options {
  readonly roster: Roster
  readonly live: Live
  readonly rules: Rules
  /** Whose client triggers the turn. */
  readonly by: string
  readonly input: Turn.Heard
}

/**
 * A group's turn: what triggers it is told to all, and then their characters speak in turn, until somebody interrupts
 * them or nobody has anything left to answer. What a character begins of its own accord ends with one round. Does nothing if the group has a turn already, or is gone.
 */
export const run = Effect.fn("GroupTurn.run")((options: Options) => {
  const { by, live, roster } = options
  const begin = roster.change((state) => {
    const next = GroupTalk.begin(state, live.id, by)
    return [next !== state, next]
  })
  // As long as it lasts nobody speaks of their own accord, and the time counts anew when it is over.
  const finish = roster.change(
    (state) => [GroupTalk.membersOf(state, live.id), GroupTalk.finish(state, live.id)],
    (members) => eachIdleness(roster, members, ({ restart }) => restart())
  )
  return Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(begin, (begun) => (begun ? Effect.ensuring(talk(options, restore), finish) : Effect.void))
  )
})

const eachIdleness = (
  roster: Roster,
  uids: ReadonlyArray<string>,
  change: (idleness: Member["idleness"]) => void
) =>
  Effect.sync(() => {
    for (const uid of uids) {
      const member = roster.members.get(uid)
      if (member !== undefined) change(member.idleness)
    }
  })

type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** What was typed is told and stored, whoever interrupts: only hearing an utterance takes time. */
const talk = (options: Options, restore: Restore) => {
  const tell = (words: Words) =>
    options.roster
      .post([options.by], ServerMessage.failure(words))
      // It waits for this after every trigger.
      .pipe(
        Effect.zipRight(options.roster.post([options.by], ServerMessage.control("conversation-chain-end")))
      )
  return open(options, restore).pipe(
    Effect.flatMap((first) => restore(speakOn(options, first))),
    Effect.catchAll(({ words }) => tell(words)),
    Effect.catchAllDefect((defect) =>
      Effect.zipRight(Effect.logError("a group's turn died", Cause.die(defect)), tell(say("group.turnDied")))
    )
  )
}

/** What triggers the turn is told to everybody; answers what the first speaker is asked beside, if it is. */
const open = Effect.fnUntraced(function* ({ by, input, live, roster }: Options, restore: Restore) {
  const member = roster.members.get(by)
  if (member === undefined) return undefined
  yield* roster.hush(GroupTalk.audienceOf(yield* roster.read, live.id))
  const listened = member.listen(input, (message) => roster.post([by], message))
  const text = yield* input._tag === "Utterance" ? restore(listened) : listened
  if (input._tag === "Proactive") return { uid: by, input }
  const { human } = yield* member.names
  const line = { by, name: human.name ?? "", text, images: input.images }
  const members = yield* roster.change((state) => {
    const [, next] = GroupTalk.say(state, live.id, line, "person")
    return [GroupTalk.membersOf(next, live.id), next]
  })
  yield* eachIdleness(roster, members, ({ stir }) => stir())
  yield* roster.post(
    members.filter((uid) => uid !== by),
    { type: "user-input-transcription", text }
  )
  yield* GroupStory.asked(roster, members, human, text)
  return undefined
})

interface First {
  readonly uid: string
  readonly input: Turn.Heard
}

/**
 * Has one character after the other speak. What a character begins of its own accord ends with one round: nobody has
 * asked for it, and nobody may be there to end it.
 */
const speakOn = Effect.fnUntraced(function* (options: Options, first: First | undefined) {
  let asked = first
  let before = options.by
  const { live, roster } = options
  const most =
    options.input._tag === "Proactive"
      ? GroupTalk.membersOf(yield* roster.read, live.id).length
      : Number.POSITIVE_INFINITY
  for (let speeches = 0; speeches < most; speeches++) {
    const next = asked ?? (yield* choose(options, before))
    asked = undefined
    if (next === undefined) return
    before = next.uid
    yield* Speaker.speak(options, next)
  }
})

/** Who speaks next, with what they have not heard. `before`: who has spoken last, or has triggered the turn. */
const choose = Effect.fnUntraced(function* (options: Options, before: string) {
  const { live, roster } = options
  const wanted = yield* wish(options, before)
  const state = yield* roster.read
  const candidates = GroupTalk.candidates(state, live.id)
  const uid = wanted !== undefined && candidates.includes(wanted) ? wanted : candidates[0]
  if (uid === undefined) return undefined
  const lines = GroupTalk.unheard(state, live.id, uid)
  const images: ReadonlyArray<ChatImage> = lines.flatMap((line) => line.images).slice(-mostImages)
  const text = lines.map(({ name, text }) => `${name}: ${text}`).join("\n")
  return { uid, input: { _tag: "Lines", text, images } satisfies Turn.Input, upTo: lines.at(-1)?.id }
})

/** Who should speak next, by whatever the configuration goes by; undefined: whose turn it is. */
const wish = Effect.fnUntraced(function* ({ live, roster, rules }: Options, before: string) {
  if (rules.speakers === "round_robin") return undefined
  const state = yield* roster.read
  const uids = GroupTalk.candidates(state, live.id)
  if (uids.length < 2) return undefined
  const candidates = yield* Effect.forEach(uids, (uid) =>
    Effect.map(roster.members.get(uid)!.names, ({ ai }) => ({ uid, name: ai.name ?? "" }))
  )
  const lines = GroupTalk.unheard(state, live.id, uids[0]!)
  if (rules.speakers === "addressed") return Choice.addressed(candidates, lines.at(-1)?.text ?? "")?.uid
  const task = Choice.question(
    candidates,
    lines.slice(-10).map(({ name, text }) => `${name}: ${text}`)
  )
  const answer = yield* (roster.members.get(before)?.write(task) ?? Effect.succeed(undefined)).pipe(
    Effect.timeoutTo({
      duration: Duration.seconds(rules.patience_seconds),
      onSuccess: (text) => text,
      onTimeout: () => undefined
    })
  )
  return Choice.addressed(candidates, answer ?? "")?.uid
})
