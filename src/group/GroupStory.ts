import { Effect } from "effect"
import type { Names, Story } from "../conversation/Story.ts"
import type { Words } from "../language/Text.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import * as GroupTalk from "./GroupTalk.ts"
import type { Member } from "./Member.ts"
import type { Live, Roster } from "./Roster.ts"

/** One conversation that cannot be stored is told to its client, and holds nobody else up. */
const kept = <E extends { readonly words: Words }>(
  roster: Roster,
  uid: string,
  store: Effect.Effect<void, E>
) =>
  Effect.catchAll(store, (failure) =>
    Effect.zipRight(
      Effect.logError("a group's message was not stored", failure),
      roster.post([uid], ServerMessage.failure(failure.words))
    )
  )

/** A person has said something: every member's conversation has it. */
export const asked = (roster: Roster, uids: ReadonlyArray<string>, human: Names["human"], text: string) =>
  Effect.forEach(
    uids,
    (uid) => {
      const member = roster.members.get(uid)
      if (member === undefined) return Effect.void
      const story = Effect.flatMap(member.story({ human, ai: {} }), ({ asked }) => asked(text))
      return kept(roster, uid, story)
    },
    { concurrency: "unbounded", discard: true }
  )

export interface GroupStory extends Story {
  /** Whether anything was said. */
  readonly hasSaid: () => boolean
}

/**
 * Where a speaker's words go: into the conversation of every member, and among what the others' characters are to hear.
 * The speaker itself has them in its own, also when it has left. `upTo`: the line up to which it hears by speaking.
 */
export const make = (
  { live, roster }: { readonly live: Live; readonly roster: Roster },
  speaker: Member,
  names: Names,
  upTo: number | undefined
): GroupStory => {
  const name = names.ai.name ?? ""
  let said: { readonly line: number; readonly stories: ReadonlyMap<string, Story> } | undefined
  let heard = false

  const everywhere = (
    stories: ReadonlyMap<string, Story>,
    store: (story: Story) => ReturnType<Story["asked"]>
  ) =>
    Effect.forEach(stories, ([uid, story]) => kept(roster, uid, store(story)), {
      concurrency: "unbounded",
      discard: true
    })

  /** The line is said, to whoever is there now. */
  const say = Effect.fnUntraced(function* (text: string) {
    heard = true
    const [line, uids] = yield* roster.change((state) => {
      const [line, next] = GroupTalk.say(
        state,
        live.id,
        { by: speaker.uid, name, text, images: [] },
        "character"
      )
      return [[line, GroupTalk.membersOf(next, live.id)] as const, next]
    })
    const listeners = uids.flatMap((uid) =>
      uid === speaker.uid ? [] : [roster.members.get(uid)].filter((member) => member !== undefined)
    )
    const stories = yield* Effect.forEach([speaker, ...listeners], (member) =>
      Effect.map(member.story(names), (story) => [member.uid, story] as const)
    )
    said = { line, stories: new Map(stories) }
    return said
  })

  return {
    hasSaid: () => heard,
    asked: () =>
      upTo === undefined
        ? Effect.void
        : roster.change((state) => [undefined, GroupTalk.hear(state, live.id, speaker.uid, upTo)]),
    answered: (shown) =>
      Effect.flatMap(say(shown.trim()), ({ stories }) =>
        everywhere(stories, (story) => story.answered(shown))
      ),
    interrupted: (text) =>
      Effect.gen(function* () {
        if (said === undefined && text.trim() === "") return
        const { line, stories } = said ?? (yield* say(text.trim()))
        heard = text.trim() !== ""
        const uids = yield* roster.change((state) => {
          const next = GroupTalk.correct(state, live.id, line, text.trim())
          return [GroupTalk.membersOf(next, live.id), next]
        })
        // Whoever has left meanwhile is told no more.
        const there = [...stories].filter(([uid]) => uid === speaker.uid || uids.includes(uid))
        yield* everywhere(new Map(there), (story) => story.interrupted(text))
      })
  }
}
