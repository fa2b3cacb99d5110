import { Effect } from "effect"
import type { Scope } from "effect"
import type { Memory } from "../agent/Memory.ts"
import * as Summary from "../agent/Summary.ts"
import { longTermMemory } from "../config/AgentConfig.ts"
import { Facts } from "../history/Facts.ts"
import type { Owner } from "../history/Facts.ts"
import * as Learning from "../recall/Learning.ts"
import * as Recall from "../recall/Recall.ts"
import * as FiberSlot from "../supervision/FiberSlot.ts"
import { Census } from "../telemetry/Census.ts"
import * as Extensions from "./Extensions.ts"
import * as LiveCharacter from "./LiveCharacter.ts"

/** Turns that wait to be learnt from; when more do, the oldest is let go. */
const mostWaiting = 4

/** How often a turn may break off the same work: then it runs to its end, or quick talk would leave it undone for ever. */
const mostBreaks = 2

/** A turn to learn from. */
interface Lesson {
  readonly learn: Effect.Effect<void>
  /** How often it has been broken off. */
  breaks: number
}

/** What goes on behind the turns of a session: no turn waits for it, and it stops with the session. */
export interface Remembering {
  readonly summarising: FiberSlot.FiberSlot
  readonly learning: FiberSlot.FiberSlot
  /** Whether each of them has something under way. */
  readonly busy: { summarising: boolean; learning: boolean }
  readonly waiting: Array<Lesson>
  /** The one of them that is being learnt from. */
  current: Lesson | undefined
  /** How often the summary that is due has been broken off. */
  summaryBreaks: number
  /** Whether a model on this machine is left to a turn: nothing begins meanwhile. */
  givesWay: boolean
}

/** The scope owns the work. */
export const make = (scope: Scope.Scope): Remembering => ({
  summarising: FiberSlot.make(scope),
  learning: FiberSlot.make(scope),
  busy: { summarising: false, learning: false },
  waiting: [],
  current: undefined,
  summaryBreaks: 0,
  givesWay: false
})

/** What remembering uses of its session. */
interface Places {
  readonly extensions: Extensions.Extensions
  readonly memory: Memory
  readonly remembering: Remembering
  /** Who answers now. */
  readonly seat: Effect.Effect<{ readonly character: LiveCharacter.LiveCharacter }>
}

/** Whose facts the session may know: those of its character about its person. */
export const ownerOf = (
  { extensions }: Pick<Places, "extensions">,
  { config }: LiveCharacter.LiveCharacter
): Owner => ({
  confUid: config.conf_uid,
  person: Extensions.personOf(extensions, config)
})

/** How the facts of the session are looked through; none if its character keeps none. */
const keeperOf = Effect.fnUntraced(function* (session: Places, character: LiveCharacter.LiveCharacter) {
  const rules = longTermMemory(character.config.agent_config)
  if (rules === undefined) return undefined
  const facts = yield* Facts
  const owner = ownerOf(session, character)
  const keeper: Recall.Keeper = {
    facts,
    embedder: character.services.embedder,
    owner,
    generation: facts.generation(owner),
    rules
  }
  return keeper
})

/** Starts `work` unless some is under way. */
const unlessBusy = Effect.fnUntraced(function* (
  { busy, ...slots }: Remembering,
  which: "summarising" | "learning",
  work: Effect.Effect<void>
) {
  if (busy[which]) return
  const census = yield* Census
  yield* slots[which].start(
    Effect.suspend(() => {
      busy[which] = true
      return work
    }).pipe(
      Effect.catchAllDefect((defect) => Effect.logError(`${which} died`, defect)),
      Effect.ensuring(Effect.sync(() => (busy[which] = false))),
      census.track("remembering")
    )
  )
})

/** Summarises the older part of the memory in the background, if it has become long. */
export const summarise = Effect.fnUntraced(function* ({ memory, remembering, seat }: Places) {
  if ((yield* memory.older) === undefined) return
  const { character } = yield* seat
  yield* unlessBusy(
    remembering,
    "summarising",
    character.services.agent.pipe(
      Effect.flatMap(({ write }) => (write === undefined ? Effect.void : Summary.keep(memory, write))),
      // Its warm-up has told why there is no agent.
      Effect.catchAll(() => Effect.void),
      Effect.zipLeft(Effect.sync(() => (remembering.summaryBreaks = 0)))
    )
  )
})

/** Goes on with the turns that wait to be learnt from, one after the other. */
const learnOn = (remembering: Remembering) => {
  const next = Effect.suspend(() => {
    remembering.current = remembering.waiting.shift()
    return remembering.current?.learn ?? Effect.void
  }).pipe(Effect.ensuring(Effect.sync(() => (remembering.current = undefined))))
  return unlessBusy(
    remembering,
    "learning",
    Effect.repeat(next, { while: () => remembering.waiting.length > 0 && !remembering.givesWay })
  )
}

/** The facts of a turn are learnt in the background. */
const learn = (
  { remembering }: Places,
  character: LiveCharacter.LiveCharacter,
  keeper: Recall.Keeper,
  exchange: Learning.Exchange
) => {
  const { waiting } = remembering
  const learn = character.services.agent.pipe(
    Effect.flatMap(({ write }) =>
      write === undefined ? Effect.void : Learning.learn(keeper, write, exchange)
    ),
    Effect.catchAll(() => Effect.void)
  )
  if (waiting.push({ learn, breaks: 0 }) > mostWaiting) waiting.shift()
}

/** Goes on with whatever there is to do, once a turn needs the model no more. */
const goOn = Effect.fnUntraced(function* (session: Places) {
  const { remembering } = session
  remembering.givesWay = false
  yield* summarise(session)
  if (remembering.waiting.length > 0) yield* learnOn(remembering)
})

/** What a turn with the seated character asks of its session's remembering. */
export const ofTurn = Effect.fnUntraced(function* (session: Places, character: LiveCharacter.LiveCharacter) {
  const census = yield* Census
  const keeper = yield* keeperOf(session, character)
  let goesOn = false
  const onward = Effect.suspend(() => {
    goesOn = true
    return goOn(session)
  }).pipe(Effect.provideService(Census, census))
  return {
    onBegun: makeWay(session, character),
    recall: (text: string) => (keeper === undefined ? Effect.succeed([]) : Recall.recall(keeper, text)),
    onAnswered: (asked: string | undefined, answer: string) =>
      Effect.suspend(() => {
        if (keeper !== undefined && asked !== undefined) learn(session, character, keeper, { asked, answer })
        return onward
      }),
    // Also after a turn that was interrupted, that failed, or in which nothing was recognised.
    onEnded: Effect.suspend(() => (goesOn ? Effect.void : onward))
  }
})

/**
 * Models that run on the person's own machine, which they have to themselves while they answer. The embedded one is not
 * among them: its slots know better when there is room for work in the background.
 */
const local: ReadonlySet<string | undefined> = new Set(["ollama_llm", "lmstudio_llm"])

/**
 * A turn begins: a model on this machine has its hands free for the answer. What is broken off is begun again once that is
 * there, while it is listened to, or the turn has ended without one.
 */
const makeWay = Effect.fnUntraced(function* (
  { remembering }: Places,
  character: LiveCharacter.LiveCharacter
) {
  if (!local.has(LiveCharacter.providerOf(character.config))) return
  const { busy, current, learning, summarising, waiting } = remembering
  remembering.givesWay = true
  if (current !== undefined && current.breaks < mostBreaks) {
    current.breaks++
    waiting.unshift(current)
    yield* learning.stop
  }
  if (busy.summarising && remembering.summaryBreaks < mostBreaks) {
    remembering.summaryBreaks++
    yield* summarising.stop
  }
})

/** The conversation is left: what is being summarised of it means nothing any more. */
export const leave = ({ remembering }: Pick<Places, "remembering">) =>
  Effect.suspend(() => {
    remembering.summaryBreaks = 0
    return remembering.summarising.stop
  })

/** Nothing more is learnt of the turns so far: their character leaves, or facts are deleted and must not come back. */
export const stopLearning = ({ remembering }: Pick<Places, "remembering">) =>
  Effect.suspend(() => {
    remembering.waiting.length = 0
    return remembering.learning.stop
  })
