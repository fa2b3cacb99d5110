import { HashMap, Option } from "effect"
import type { ChatImage } from "../llm/Llm.ts"

/** What somebody has said in a group. */
export interface Line {
  readonly id: number
  /** Whose client it came from; a line of the person there is one that their own character has not heard either. */
  readonly by: string
  readonly name: string
  readonly text: string
  readonly images: ReadonlyArray<ChatImage>
}

/** A trigger and the answers to it, until somebody interrupts them or nobody has anything to answer. */
export interface GroupTurn {
  /** Whose characters are still asked to speak, the next one first. */
  readonly queue: ReadonlyArray<string>
  /** Whose character speaks now. */
  readonly speaker: string | undefined
  /** The clients that see the present speech, or have seen the turn begin. Whoever joins sees the next speech. */
  readonly audience: ReadonlyArray<string>
  /** What was said last in it: whoever joins now hears it, and the talk goes on with them. */
  readonly latest: Line | undefined
  /** Somebody has interrupted it, and it is on its way to its end. */
  readonly stopping: boolean
}

export interface Group {
  readonly owner: string
  /** In the order in which they came. */
  readonly members: ReadonlyArray<string>
  /** What each member's character has not heard yet, oldest first. */
  readonly unheard: Readonly<Record<string, ReadonlyArray<Line>>>
  readonly turn: GroupTurn | undefined
}

/** All groups. Plain data: every change is a function from one state to the next. */
export interface State {
  /** Everybody who is connected, and the group that they are in. */
  readonly clients: HashMap.HashMap<string, number | undefined>
  readonly groups: HashMap.HashMap<number, Group>
  /** Numbers of groups and lines so far. */
  readonly count: number
}

export const empty: State = { clients: HashMap.empty(), groups: HashMap.empty(), count: 0 }

/** How somebody came to leave a group. */
export type Leaving = "left" | "removed" | "disconnected" | "stuck"

/** What a change tells the members about it. */
export type News =
  | { readonly _tag: "Joined"; readonly uid: string }
  | { readonly _tag: "Departed"; readonly uid: string; readonly how: Leaving }
  | { readonly _tag: "Dissolved" }

/** What follows from a change. */
export type Event =
  | { readonly _tag: "Opened"; readonly group: number }
  /** The speech of that member's character has to stop. */
  | { readonly _tag: "Silenced"; readonly group: number; readonly uid: string }
  /** A client has seen a speech begin and will not see its end: it is told that there is one. */
  | { readonly _tag: "Freed"; readonly uid: string }
  | { readonly _tag: "Closed"; readonly group: number }
  | { readonly _tag: "News"; readonly to: ReadonlyArray<string>; readonly news: News }
  /** `group-update` of that client. */
  | { readonly _tag: "Updated"; readonly uid: string }

export interface Step {
  readonly state: State
  readonly events: ReadonlyArray<Event>
}

/** Why a change was refused. */
export type Refusal =
  | "yourself"
  | "not-connected"
  | "is-in-group"
  | "in-no-group"
  | "no-member"
  | "not-owner"
  | "full"

/** Most members: each answer is sent to all of them and stored for all of them. */
export const mostMembers = 32

export const groupIdOf = (state: State, uid: string): number | undefined =>
  Option.getOrUndefined(HashMap.get(state.clients, uid))

export const groupOf = (state: State, uid: string): Group | undefined => {
  const id = groupIdOf(state, uid)
  return id === undefined ? undefined : groupBy(state, id)
}

export const groupBy = (state: State, id: number): Group | undefined =>
  Option.getOrUndefined(HashMap.get(state.groups, id))

export const put = (state: State, id: number, group: Group): State => ({
  ...state,
  groups: HashMap.set(state.groups, id, group)
})

export const connect = (state: State, uid: string): State => ({
  ...state,
  clients: HashMap.set(state.clients, uid, undefined)
})

/** The client is gone: it leaves its group, too. */
export const disconnect = (state: State, uid: string): Step => {
  const left = depart(state, uid, "disconnected")
  return { ...left, state: { ...left.state, clients: HashMap.remove(left.state.clients, uid) } }
}

/** A client takes another one into its group; if it is in none, it makes one and owns it. */
export const invite = (state: State, inviter: string, invitee: string): Step | Refusal => {
  if (inviter === invitee) return "yourself"
  if (!HashMap.has(state.clients, invitee)) return "not-connected"
  if (groupIdOf(state, invitee) !== undefined) return "is-in-group"
  const present = groupIdOf(state, inviter)
  const id = present ?? state.count + 1
  const before: Group = groupBy(state, id) ?? {
    owner: inviter,
    members: [inviter],
    unheard: { [inviter]: [] },
    turn: undefined
  }
  if (before.members.length >= mostMembers) return "full"
  const members = [...before.members, invitee]
  const group: Group = {
    ...before,
    members,
    unheard: { ...before.unheard, [invitee]: before.turn?.latest === undefined ? [] : [before.turn.latest] },
    turn: before.turn && { ...before.turn, queue: [...before.turn.queue, invitee] }
  }
  return {
    state: {
      clients: HashMap.set(HashMap.set(state.clients, inviter, id), invitee, id),
      groups: HashMap.set(state.groups, id, group),
      count: Math.max(state.count, id)
    },
    events: [
      ...(present === undefined ? [{ _tag: "Opened", group: id } as const] : []),
      { _tag: "News", to: members, news: { _tag: "Joined", uid: invitee } },
      ...members.map((uid) => ({ _tag: "Updated", uid }) as const)
    ]
  }
}

/** The owner removes anyone, a member itself. */
export const remove = (state: State, remover: string, target: string): Step | Refusal => {
  const group = groupOf(state, remover)
  if (group === undefined) return "in-no-group"
  if (!group.members.includes(target)) return "no-member"
  if (remover !== target && remover !== group.owner) return "not-owner"
  return depart(state, target, remover === target ? "left" : "removed")
}

/** A member leaves, whatever the reason. Whoever is left alone is in no group any more. */
export const depart = (state: State, uid: string, how: Leaving): Step => {
  const id = groupIdOf(state, uid)
  const group = id === undefined ? undefined : groupBy(state, id)
  if (id === undefined || group === undefined) return { state, events: [] }
  const { turn } = group
  const members = group.members.filter((member) => member !== uid)
  const dissolved = members.length < 2
  const watching = turn?.speaker === undefined ? [] : turn.audience
  const freed = [uid, ...(dissolved ? members : [])].filter(
    (member) => watching.includes(member) && !(member === uid && how === "disconnected")
  )
  const clients = (dissolved ? group.members : [uid]).reduce(
    (clients, member) => HashMap.set(clients, member, undefined),
    state.clients
  )
  const told = how === "disconnected" ? members : [...members, uid]
  const departed: Event = { _tag: "News", to: told, news: { _tag: "Departed", uid, how } }
  return {
    state: {
      ...state,
      clients,
      groups: dissolved
        ? HashMap.remove(state.groups, id)
        : HashMap.set(state.groups, id, without(group, uid, members))
    },
    events: [
      ...(turn?.speaker === uid ? [{ _tag: "Silenced", group: id, uid } as const] : []),
      ...(dissolved ? [{ _tag: "Closed", group: id } as const] : []),
      ...freed.map((member) => ({ _tag: "Freed", uid: member }) as const),
      departed,
      ...(dissolved ? [{ _tag: "News", to: members, news: { _tag: "Dissolved" } } as const] : []),
      ...told.map((member) => ({ _tag: "Updated", uid: member }) as const)
    ]
  }
}

/** The oldest member that is left owns the group of an owner who has left. */
const without = (group: Group, uid: string, members: ReadonlyArray<string>): Group => {
  const { [uid]: _, ...unheard } = group.unheard
  const { turn } = group
  return {
    owner: group.owner === uid ? members[0]! : group.owner,
    members,
    unheard,
    turn: turn && {
      ...turn,
      queue: turn.queue.filter((member) => member !== uid),
      audience: turn.audience.filter((member) => member !== uid)
    }
  }
}
