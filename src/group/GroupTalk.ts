import * as GroupState from "./GroupState.ts"
import type { Group, GroupTurn, Line, State } from "./GroupState.ts"

/** Lines that a character may still have to hear; it never hears of the oldest when there are more. */
export const mostUnheard = 100

const change = (state: State, id: number, of: (group: Group) => Group): State => {
  const group = GroupState.groupBy(state, id)
  return group === undefined ? state : GroupState.put(state, id, of(group))
}

const changeTurn = (state: State, id: number, of: (turn: GroupTurn, group: Group) => GroupTurn): State =>
  change(state, id, (group) => (group.turn === undefined ? group : { ...group, turn: of(group.turn, group) }))

const mapUnheard = (group: Group, of: (lines: ReadonlyArray<Line>, uid: string) => ReadonlyArray<Line>) => ({
  ...group,
  unheard: Object.fromEntries(group.members.map((uid) => [uid, of(group.unheard[uid] ?? [], uid)]))
})

/**
 * A turn begins: the character of whoever triggered it is the first to be asked, then those that came after that
 * client, round and round. The same state if there is no such group, or a turn in it.
 */
export const begin = (state: State, id: number, by: string): State =>
  change(state, id, (group) => {
    const at = group.members.indexOf(by)
    if (group.turn !== undefined || at < 0) return group
    const queue = [...group.members.slice(at), ...group.members.slice(0, at)]
    return {
      ...group,
      turn: { queue, speaker: undefined, audience: group.members, latest: undefined, stopping: false }
    }
  })

/** The turn has ended, in whichever way. */
export const finish = (state: State, id: number): State =>
  change(state, id, (group) => ({ ...group, turn: undefined }))

/** Whether somebody has to stop the turn now; once it is being stopped, nobody has to. */
export const stop = (state: State, id: number): readonly [boolean, State] => {
  const turn = GroupState.groupBy(state, id)?.turn
  if (turn === undefined || turn.stopping) return [false, state]
  return [true, changeTurn(state, id, (turn) => ({ ...turn, stopping: true }))]
}

/** Something is said. Everybody is still to hear it but the character that says it; answers the line's number. */
export const say = (
  state: State,
  id: number,
  line: Omit<Line, "id">,
  from: "person" | "character"
): readonly [number, State] => {
  const number = state.count + 1
  const said = { ...line, id: number }
  const next = change({ ...state, count: number }, id, (group) =>
    mapUnheard(group, (lines, uid) =>
      from === "character" && uid === line.by ? lines : [...lines, said].slice(-mostUnheard)
    )
  )
  return [number, changeTurn(next, id, (turn) => ({ ...turn, latest: said }))]
}

/** A character has heard everything up to that line. */
export const hear = (state: State, id: number, uid: string, upTo: number): State =>
  change(state, id, (group) =>
    mapUnheard(group, (lines, member) => (member === uid ? lines.filter((line) => line.id > upTo) : lines))
  )

/** Of a line only this was heard by people, before somebody interrupted it; nothing at all: it was never said. */
export const correct = (state: State, id: number, number: number, text: string): State => {
  const corrected = (lines: ReadonlyArray<Line>) =>
    text === ""
      ? lines.filter((line) => line.id !== number)
      : lines.map((line) => (line.id === number ? { ...line, text } : line))
  const next = change(state, id, (group) => mapUnheard(group, corrected))
  return changeTurn(next, id, (turn) => ({
    ...turn,
    latest: turn.latest && corrected([turn.latest])[0]
  }))
}

/** Whose characters may speak next: those asked in this turn that have something to answer, the first in line first. */
export const candidates = (state: State, id: number): ReadonlyArray<string> => {
  const group = GroupState.groupBy(state, id)
  if (group?.turn === undefined || group.turn.stopping) return []
  return group.turn.queue.filter((uid) => (group.unheard[uid] ?? []).length > 0)
}

/** A character begins to speak before everybody who is there; it is the last in line then. */
export const speak = (state: State, id: number, uid: string): State =>
  changeTurn(state, id, (turn, { members }) =>
    turn.stopping || !members.includes(uid)
      ? turn
      : {
          ...turn,
          queue: [...turn.queue.filter((member) => member !== uid), uid],
          speaker: uid,
          audience: members
        }
  )

/** It has ended. A character that has said nothing is asked no more in this turn. */
export const fallSilent = (state: State, id: number, uid: string, said: boolean): State =>
  changeTurn(state, id, (turn) => ({
    ...turn,
    queue: said ? turn.queue : turn.queue.filter((member) => member !== uid),
    speaker: undefined
  }))

export const membersOf = (state: State, id: number): ReadonlyArray<string> =>
  GroupState.groupBy(state, id)?.members ?? []

/** What a character has not heard yet, oldest first. */
export const unheard = (state: State, id: number, uid: string): ReadonlyArray<Line> =>
  GroupState.groupBy(state, id)?.unheard[uid] ?? []

/** The clients that see the present speech. */
export const audienceOf = (state: State, id: number): ReadonlyArray<string> =>
  GroupState.groupBy(state, id)?.turn?.audience ?? []

export const speakerOf = (state: State, id: number): string | undefined =>
  GroupState.groupBy(state, id)?.turn?.speaker
