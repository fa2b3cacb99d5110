import { Context, Effect, ExecutionStrategy, Exit, HashMap, Layer, Scope } from "effect"
import { Settings } from "../config/Settings.ts"
import type * as Turn from "../conversation/Turn.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import type { DisplayText } from "../protocol/ServerMessage.ts"
import * as FiberSlot from "../supervision/FiberSlot.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import { Census } from "../telemetry/Census.ts"
import * as Expected from "./Expected.ts"
import * as GroupState from "./GroupState.ts"
import * as GroupTalk from "./GroupTalk.ts"
import * as GroupTurn from "./GroupTurn.ts"
import * as GroupWords from "./GroupWords.ts"
import type { Member } from "./Member.ts"
import * as Outgoing from "./Outgoing.ts"
import * as Roster from "./Roster.ts"

/** How much lives. */
export interface Counts {
  readonly groups: number
  readonly members: number
}

interface Applied extends GroupState.Step {
  readonly refused: GroupState.Refusal | undefined
}

/** Several clients in one conversation, each with a character of its own. */
export class Groups extends Context.Tag("seiyuu/group/Groups")<
  Groups,
  {
    /** A client may be invited for as long as the scope is open; when it closes, it leaves its group. */
    readonly connect: (member: Member) => Effect.Effect<void, never, Scope.Scope>
    /** Clients that will be connected in a moment: who invites one of them waits for that. */
    readonly expected: Expected.Expected
    /** `group-update` for that client. */
    readonly info: (uid: string) => Effect.Effect<ServerMessage.ServerMessage>
    /** Tells everybody concerned, the initiator before it returns. */
    readonly invite: (by: string, invitee: string) => Effect.Effect<void>
    readonly remove: (by: string, target: string) => Effect.Effect<void>
    /**
     * Starts a turn of that client's group; one that runs is interrupted first. Answers false if the client is in no group:
     * then it has a turn of its own. What a character says of its own accord interrupts nothing, nor does what has a
     * `givenUp`: that is done instead if the group has a turn by now.
     */
    readonly trigger: (
      uid: string,
      input: Turn.Heard,
      givenUp?: Effect.Effect<void>
    ) => Effect.Effect<boolean>
    /**
     * Stops the turn of that client's group, once, whoever else does the same. Answers false if there is none. `heard`: what
     * the user says was heard of it.
     */
    readonly interrupt: (uid: string, heard?: string) => Effect.Effect<boolean>
    /** Whether the group of that client has a turn. */
    readonly isTalking: (uid: string) => Effect.Effect<boolean>
    /** Waits until it has none. Another one may begin before the waiting fiber comes to know. */
    readonly quiet: (uid: string) => Effect.Effect<void>
    /** Whether that client's character speaks in one: the group goes on when it stops, and tells the client so. */
    readonly isSpeaking: (uid: string) => Effect.Effect<boolean>
    /** The speaker's client plays a sentence: the others see it. */
    readonly relay: (uid: string, text: DisplayText) => Effect.Effect<void>
    readonly counts: Effect.Effect<Counts>
    /** The whole state, as it is at this moment. */
    readonly state: Effect.Effect<GroupState.State>
  }
>() {
  static readonly layer = Layer.scoped(
    Groups,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const settings = yield* Settings
  const census = yield* Census
  const scope = yield* Effect.scope
  const roster = yield* Roster.make
  const expected = Expected.make()

  const updateFor = (state: GroupState.State, uid: string): ServerMessage.ServerMessage => {
    const group = GroupState.groupOf(state, uid)
    return { type: "group-update", members: group?.members ?? [], is_owner: group?.owner === uid }
  }

  const open = (id: number) =>
    Effect.gen(function* () {
      const own = yield* Scope.fork(scope, ExecutionStrategy.sequential)
      yield* Scope.extend(census.hold("group"), own)
      const turn = FiberSlot.make(own)
      const exclusive = yield* Effect.makeSemaphore(1)
      roster.live.set(id, { id, scope: own, turn, exclusive, speaking: undefined, heard: undefined })
    })

  /** What can be done at once, while nobody else changes anything: the news of two changes never come out of order. */
  const announce = (state: GroupState.State, event: GroupState.Event): Effect.Effect<void> => {
    switch (event._tag) {
      case "Opened":
        return open(event.group)
      case "News":
        return roster.post(event.to, {
          type: "group-operation-result",
          success: true,
          message: GroupWords.ofNews(event.news)
        })
      case "Updated":
        return roster.post([event.uid], updateFor(state, event.uid))
      default:
        return Effect.void
    }
  }

  /** What waits for fibers that stop. */
  const settle = (event: GroupState.Event): Effect.Effect<void> => {
    switch (event._tag) {
      case "Silenced": {
        const speaking = roster.live.get(event.group)?.speaking
        return speaking?.uid === event.uid ? speaking.leave : Effect.void
      }
      case "Closed": {
        const live = roster.live.get(event.group)
        roster.live.delete(event.group)
        return live === undefined ? Effect.void : Scope.close(live.scope, Exit.void)
      }
      case "Freed":
        return roster.post([event.uid], ServerMessage.control("conversation-chain-end"))
      default:
        return Effect.void
    }
  }

  /** Changes who is in which group, and does what follows from that. */
  const apply = (of: (state: GroupState.State) => GroupState.Step | GroupState.Refusal) =>
    Effect.uninterruptible(
      roster
        .change(
          (state): readonly [Applied, GroupState.State] => {
            const step = of(state)
            return typeof step === "string"
              ? [{ refused: step, state, events: [] }, state]
              : [{ refused: undefined, ...step }, step.state]
          },
          ({ events, state }) => Effect.forEach(events, (event) => announce(state, event), { discard: true })
        )
        .pipe(
          Effect.tap(({ events }) => Effect.forEach(events, settle, { discard: true })),
          Effect.map(({ refused }) => refused)
        )
    )

  const leave = (uid: string, how: GroupState.Leaving) =>
    Effect.asVoid(apply((state) => GroupState.depart(state, uid, how)))

  /** The initiator has its answer before the next of its messages is looked at. */
  const answered = (by: string, about: string, refused: GroupState.Refusal | undefined) => {
    const member = roster.members.get(by)
    if (member === undefined) return Effect.void
    return refused === undefined
      ? member.flush
      : member.send({
          type: "group-operation-result",
          success: false,
          message: new GroupWords.GroupRefused({ reason: refused, uid: about }).words
        })
  }

  /** Stops the turn if somebody has to; `exclusive` is held. */
  const stop = Effect.fnUntraced(function* (live: Roster.Live, heard: string | undefined) {
    const mine = yield* roster.change((state) => GroupTalk.stop(state, live.id))
    if (!mine) return
    live.heard = heard
    yield* live.turn.stop
    live.heard = undefined
    const members = GroupTalk.membersOf(yield* roster.read, live.id)
    // A page would take it for the end of the turn that it has by itself.
    const free = yield* Effect.filter(members, (uid) =>
      Effect.negate(roster.members.get(uid)?.isBusy ?? Effect.succeed(true))
    )
    yield* roster.post(free, { type: "interrupt-signal", text: "conversation-interrupted" })
    // Whoever has said that they stop it does it: nobody else will.
  }, Effect.uninterruptible)

  const liveOf = (uid: string) =>
    Effect.map(roster.read, (state) => {
      const id = GroupState.groupIdOf(state, uid)
      return id === undefined ? undefined : roster.live.get(id)
    })
  const turnOf = (uid: string) => Effect.map(roster.read, (state) => GroupState.groupOf(state, uid)?.turn)

  const quiet = (uid: string): Effect.Effect<void> =>
    Effect.gen(function* () {
      const live = yield* liveOf(uid)
      if (live === undefined) return
      // Between a turn that is interrupted and the next one there is no moment to speak.
      if ((yield* live.exclusive.withPermits(1)(turnOf(uid))) === undefined) return
      yield* live.turn.over
      yield* quiet(uid)
    })

  return Groups.of({
    expected,
    connect: (member) =>
      Effect.gen(function* () {
        const { scope, send, uid } = member
        const outgoing = Outgoing.make(send, scope, leave(uid, "stuck"))
        yield* Effect.uninterruptible(
          roster
            .change(
              (state) => [undefined, GroupState.connect(state, uid)],
              () => Effect.sync(() => void roster.members.set(uid, { ...member, ...outgoing }))
            )
            .pipe(
              Effect.tap(() => expected.remove(uid)),
              Effect.zipRight(
                Finalizer.add(
                  Effect.zipRight(
                    apply((state) => GroupState.disconnect(state, uid)),
                    Effect.sync(() => roster.members.delete(uid))
                  )
                )
              )
            )
        )
      }),
    info: (uid) => Effect.map(roster.read, (state) => updateFor(state, uid)),
    invite: (by, invitee) =>
      expected.settled(invitee).pipe(
        Effect.zipRight(apply((state) => GroupState.invite(state, by, invitee))),
        Effect.flatMap((refused) => answered(by, invitee, refused))
      ),
    remove: (by, target) =>
      Effect.flatMap(
        apply((state) => GroupState.remove(state, by, target)),
        (refused) => answered(by, target, refused)
      ),
    trigger: (uid, input, givenUp) =>
      // Every turn asks, also of whoever is in no group.
      Effect.flatMap(liveOf(uid), (live) =>
        live === undefined
          ? Effect.succeed(false)
          : live.exclusive.withPermits(1)(
              Effect.gen(function* () {
                const isPatient = givenUp !== undefined || input._tag === "Proactive"
                if (isPatient && (yield* turnOf(uid)) !== undefined)
                  return yield* Effect.as(givenUp ?? Effect.void, true)
                yield* stop(live, undefined)
                // The group may have been dissolved, or the client have left it, meanwhile.
                if ((yield* liveOf(uid)) !== live) return false
                yield* live.turn.start(
                  census.track("group-turn")(
                    GroupTurn.run({ roster, live, rules: settings.system.groups, by: uid, input })
                  )
                )
                return true
              })
            )
      ),
    interrupt: (uid, heard) =>
      Effect.gen(function* () {
        const live = yield* liveOf(uid)
        if (live === undefined || (yield* turnOf(uid)) === undefined) return false
        yield* live.exclusive.withPermits(1)(stop(live, heard))
        return true
      }),
    isTalking: (uid) => Effect.map(turnOf(uid), (turn) => turn !== undefined),
    quiet,
    isSpeaking: (uid) => Effect.map(turnOf(uid), (turn) => turn?.speaker === uid),
    relay: (uid, display_text) =>
      Effect.gen(function* () {
        const turn = yield* turnOf(uid)
        const speaking = (yield* liveOf(uid))?.speaking
        if (turn?.speaker !== uid || speaking?.uid !== uid) return
        const others = turn.audience.filter((other) => other !== uid)
        yield* roster.post(others, forwarded(display_text), speaking.token)
      }),
    counts: Effect.map(roster.read, ({ groups }) => ({
      groups: HashMap.size(groups),
      members: HashMap.reduce(groups, 0, (sum, { members }) => sum + members.length)
    })),
    state: roster.read
  })
})

/** What the others see of a sentence that the speaker's client plays. */
const forwarded = (display_text: DisplayText): ServerMessage.ServerMessage => ({
  type: "audio",
  audio: null,
  volumes: [],
  slice_length: 20,
  display_text,
  actions: null,
  forwarded: true
})
