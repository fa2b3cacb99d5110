import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Layer, Ref, TestClock } from "effect"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import { EngineUnavailable } from "../../src/engine/EngineUnavailable.ts"
import { Facts } from "../../src/history/Facts.ts"
import { ModelStore } from "../../src/models/ModelStore.ts"
import { Embedders } from "../../src/recall/Embedder.ts"
import * as Learning from "../../src/recall/Learning.ts"
import * as Ranking from "../../src/recall/Ranking.ts"
import * as Recall from "../../src/recall/Recall.ts"
import * as EmbeddedModel from "../support/EmbeddedModel.ts"
import * as HistoryDatabase from "../support/HistoryDatabase.ts"
import * as MemoryFacts from "../support/MemoryFacts.ts"
import * as Threads from "../support/Threads.ts"
import * as WordEmbedder from "../support/WordEmbedder.ts"
import { rememberingSettings } from "../support/Cast.ts"

/** What Anna's friend knows, and what she says that should bring it to mind. */
const pairs = [
  ["Anna has two cats called Miso and Tofu.", "What are my pets called?"],
  ["Anna works as a nurse in a children's hospital.", "I'm so tired after my shift at work."],
  ["Anna is allergic to peanuts.", "Can I eat this satay sauce, or am I allergic?"],
  ["Anna's birthday is on the 3rd of May.", "How should I celebrate turning thirty?"],
  ["Anna lives in Lisbon with her sister.", "Where do I live?"],
  ["Anna is learning to play the violin.", "Do you remember which instrument I practise?"],
  ["Anna prefers tea to coffee.", "What should I drink this morning?"],
  ["Anna's favourite film is Spirited Away.", "Recommend me a movie for tonight."],
  ["Anna ran her first marathon in October.", "I want to go jogging again."],
  ["Anna is afraid of flying.", "I have to take a plane to the conference."],
  ["Anna's mother is called Helena and lives in Porto.", "My mum called me yesterday."],
  ["Anna is vegetarian.", "What could I cook for dinner without meat?"],
  ["Anna studied biology in Coimbra.", "What did I study at university?"],
  ["Anna drives an old red Fiat.", "My car broke down."],
  ["Anna wants to learn Japanese before her trip to Kyoto.", "Which language am I learning?"],
  ["Anna broke her arm when she was ten.", "I fell and my arm hurts."],
  ["Anna plays chess online every Sunday.", "Let's play a board game."],
  ["Anna dislikes loud music.", "Shall I go to the rock concert?"],
  ["Anna has a brother who lives in Canada.", "My sibling is visiting me from abroad."],
  ["Anna saves money to buy a small boat.", "What am I saving my money for?"]
] as const

const owner = { confUid: "a", person: "Anna" }
/** A keeper's, before anything has been deleted. */
const generation = 0
const rules = rememberingSettings.long_term_memory

const services = Layer.mergeAll(
  Layer.provideMerge(
    Embedders.layer,
    Layer.merge(EnginePool.layer({ idleTimeToLive: 0 }), ModelStore.layer())
  ),
  HistoryDatabase.fresh
).pipe(Layer.provideMerge(NodeContext.layer))

const open = Effect.gen(function* () {
  const embedder = yield* (yield* Embedders).open
  const facts = yield* Facts
  const keeper: Recall.Keeper = { embedder: Effect.succeed(embedder), facts, owner, generation, rules }
  const remember = Effect.fnUntraced(function* (texts: ReadonlyArray<string>, importance = 5) {
    const vectors = yield* Recall.meanings(keeper, texts)
    yield* Effect.forEach(texts, (text, index) =>
      facts.add(owner, { text, importance, embedding: vectors[index]! })
    )
  })
  return { facts, keeper, remember }
})

/** A model that notes what it is told to note. */
const noting =
  (...operations: ReadonlyArray<object>) =>
  () =>
    Effect.succeed(JSON.stringify({ operations }))

const said = { asked: "I have something to tell.", answer: "Tell me." }
const texts = (facts: Facts["Type"]) => Effect.map(facts.list(owner), (list) => list.map(({ text }) => text))

describe("with the model of this machine", () => {
  it.scopedLive("what a person says brings to mind what is known of it", () =>
    Effect.gen(function* () {
      const { keeper, remember } = yield* open
      yield* remember(pairs.map(([fact]) => fact))
      let found = 0
      for (const [fact, question] of pairs)
        if ((yield* Recall.recall(keeper, question)).includes(fact)) found++
      expect(found).toBeGreaterThanOrEqual(18)

      const facts = yield* Recall.traces(keeper)
      let first = 0
      for (const [index, [, question]] of pairs.entries()) {
        const [meaning] = yield* Recall.meanings(keeper, [question])
        if (Ranking.nearest(facts, meaning!, 1)[0]?.trace.id === facts[index]!.id) first++
      }
      expect(first).toBeGreaterThanOrEqual(12)
    }).pipe(Effect.provide(services), EmbeddedModel.needing(EmbeddedModel.embedding))
  )

  it.scopedLive("learns, refreshes what is said again, corrects and forgets as the model says", () =>
    Effect.gen(function* () {
      const { facts, keeper } = yield* open
      const learn = (...operations: ReadonlyArray<object>) =>
        Learning.learn(keeper, noting(...operations), said)
      yield* learn({ op: "add", text: "Anna has two cats called Miso and Tofu.", importance: 6 })
      yield* learn({ op: "add", text: "Anna has two cats named Tofu and Miso.", importance: 3 })
      expect(yield* facts.list(owner)).toMatchObject([
        { text: "Anna has two cats named Tofu and Miso.", importance: 6 }
      ])
      yield* learn({ op: "add", text: "Anna lives in Lisbon.", importance: 8 })
      const [cats, home] = yield* facts.list(owner)
      yield* learn({ op: "update", id: home!.id, text: "Anna lives in Berlin.", importance: 8 })
      expect(yield* texts(facts)).toEqual([cats!.text, "Anna lives in Berlin."])
      // Ids that it was not shown are none of its business.
      const other = yield* facts.add(
        { confUid: "a", person: "Ben" },
        { text: "Ben is here.", importance: 5, embedding: new Int8Array(256) }
      )
      yield* learn({ op: "delete", id: other }, { op: "update", id: other, text: "Nobody." })
      expect(yield* facts.list({ confUid: "a", person: "Ben" })).toHaveLength(1)
      yield* learn({ op: "delete", id: cats!.id })
      expect(yield* texts(facts)).toEqual(["Anna lives in Berlin."])
      expect(yield* Recall.recall(keeper, "Where do I live?")).toEqual(["Anna lives in Berlin."])
    }).pipe(Effect.provide(services), EmbeddedModel.needing(EmbeddedModel.embedding))
  )

  it.scopedLive(
    "an edited text is found by its new meaning, and a full memory lets the least valuable go",
    () =>
      Effect.gen(function* () {
        const { facts, keeper, remember } = yield* open
        yield* remember(["Anna likes tea."], 9)
        const [tea] = yield* facts.list(owner)
        yield* facts.edit(owner, tea!.id, { text: "Anna sails a boat." })
        expect(yield* Recall.recall(keeper, "I was on the boat")).toEqual(["Anna sails a boat."])
        const few = { ...keeper, rules: { ...rules, max_facts: 2 } }
        yield* Learning.learn(
          few,
          noting(
            { op: "add", text: "Anna has a dog.", importance: 1 },
            { op: "add", text: "Anna was born in Rome.", importance: 10 }
          ),
          said
        )
        expect(yield* texts(facts)).toEqual(["Anna sails a boat.", "Anna was born in Rome."])
      }).pipe(Effect.provide(services), EmbeddedModel.needing(EmbeddedModel.embedding))
  )

  it.scopedLive("a thread that ends or fails is no lasting harm to those who hold it", () =>
    Effect.gen(function* () {
      const threads = yield* Threads.started
      const { embed } = yield* (yield* Embedders).open
      const [before] = yield* embed(["Anna likes tea."])
      const nonsense = [undefined as unknown as string]
      expect(yield* Effect.flip(embed(nonsense))).toMatchObject({ _tag: "EmbeddingFailed" })
      expect(yield* embed(["Anna likes tea."])).toEqual([before])
      expect(threads).toHaveLength(1)
      yield* Effect.promise(() => threads[0]!.terminate())
      expect(yield* Effect.retry(embed(["Anna likes tea."]), { times: 3 })).toEqual([before])
      expect(threads).toHaveLength(2)
    }).pipe(Effect.provide(services), EmbeddedModel.needing(EmbeddedModel.embedding))
  )

  it.scopedLive("a model that cannot be opened is told with what to do", () =>
    Effect.gen(function* () {
      const empty = ModelStore.layer({ folder: yield* HistoryDatabase.temporaryFolder, offline: true })
      const pool = EnginePool.layer({ idleTimeToLive: 0 })
      const layer = Layer.provide(Embedders.layer, Layer.merge(pool, empty))
      const failure = yield* Effect.flatMap(Embedders, ({ open }) => Effect.flip(open)).pipe(
        Effect.provide(layer)
      )
      expect(failure).toBeInstanceOf(EngineUnavailable)
      expect(failure.message).toMatch(/offline.*seiyuu models pull wordllama-256/)
    }).pipe(Effect.provide(NodeContext.layer))
  )
})

describe("facts by their words", () => {
  const open = Effect.map(Facts, (facts): Recall.Keeper => ({
    embedder: Effect.succeed(WordEmbedder.embedder),
    facts,
    owner,
    generation,
    rules
  }))
  const keep = ({ facts }: Recall.Keeper, text: string) =>
    facts.add(owner, { text, importance: 5, embedding: WordEmbedder.embed(text) })

  it.effect("what is recalled has been of use then, and nothing else has", () =>
    Effect.gen(function* () {
      const keeper = yield* open
      yield* keep(keeper, "likes tea")
      yield* keep(keeper, "plays chess")
      yield* TestClock.adjust("1 days")
      expect(yield* Recall.recall(keeper, "tea")).toEqual(["likes tea"])
      const used = (yield* keeper.facts.traces(owner)).map((trace) => trace.used)
      expect(used).toEqual([24 * 60 * 60 * 1000, 0])
    }).pipe(Effect.provide(MemoryFacts.layer()))
  )

  it.effect.each([
    ["Al", "Al likes alum. Also Al's cat, Alé, Al2.", " likes alum. Also 's cat, Alé, Al2."],
    ["花子", "花子は猫が好き。", "は猫が好き。"],
    ["Zoë", "Zoë, Zoës", ", Zoës"],
    ["A. (B)", "A. (B) and AX (B)", " and AX (B)"]
  ] as const)("have the meaning that they have without the name %s", ([person, text, meant]) =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const embedder = {
        embed: (texts: ReadonlyArray<string>) => {
          asked.push(...texts)
          return WordEmbedder.embedder.embed(texts)
        }
      }
      const keeper = { ...(yield* open), embedder: Effect.succeed(embedder), owner: { ...owner, person } }
      yield* Recall.meanings(keeper, [text])
      expect(asked).toEqual([meant])
    }).pipe(Effect.provide(MemoryFacts.layer()))
  )

  it.effect("are not learnt of a turn after whose beginning the person has deleted some", () =>
    Effect.gen(function* () {
      const keeper = yield* open
      const { facts } = keeper
      yield* keep(keeper, "likes tea")
      const deletes = (who: typeof owner) => () =>
        Effect.as(
          Effect.orDie(facts.forget(who, "all")),
          JSON.stringify([
            { op: "add", text: "plays chess" },
            { op: "add", text: "likes tea" }
          ])
        )
      yield* Learning.learn(keeper, deletes(owner), said)
      expect(yield* texts(facts)).toEqual([])
      // What somebody else deletes changes nothing.
      const later = { ...keeper, generation: facts.generation(owner) }
      yield* Learning.learn(later, deletes({ ...owner, person: "Ben" }), said)
      expect(yield* texts(facts)).toEqual(["plays chess", "likes tea"])
    }).pipe(Effect.provide(MemoryFacts.layer()))
  )

  it.effect("the model changes and deletes only what it was shown", () =>
    Effect.gen(function* () {
      const keeper = yield* open
      const hidden = yield* keep(keeper, "plays chess")
      for (let count = 0; count < 10; count++) yield* keep(keeper, `tea number${count}`)
      const { facts } = keeper
      const about = { asked: "tea", answer: "Tea." }
      yield* Learning.learn(keeper, noting({ op: "delete", id: hidden }), about)
      yield* Learning.learn(keeper, noting({ op: "update", id: hidden, text: "Nobody." }), about)
      expect((yield* texts(facts))[0]).toBe("plays chess")
      expect(yield* texts(facts)).toHaveLength(11)
      yield* Learning.learn(keeper, noting({ op: "delete", id: hidden }), {
        asked: "chess",
        answer: "Chess."
      })
      expect(yield* texts(facts)).toHaveLength(10)
    }).pipe(Effect.provide(MemoryFacts.layer()))
  )
})

describe("a turn", () => {
  it.scoped("does not wait longer than 300 ms for what comes to mind, and goes on when nothing can", () =>
    Effect.gen(function* () {
      const facts = yield* Facts
      yield* facts.add(owner, { text: "Anna is here.", importance: 5, embedding: Int8Array.of(1) })
      const stuck = yield* Effect.fork(
        Recall.recall({ embedder: Effect.never, facts, owner, generation, rules }, "Who is here?")
      )
      yield* TestClock.adjust("299 millis")
      expect(stuck.unsafePoll()).toBeNull()
      yield* TestClock.adjust("2 millis")
      expect(yield* stuck.await).toEqual(Exit.succeed([]))

      const broken = new EngineUnavailable({
        kind: "embedding",
        engine: "long_term_memory",
        reason: "it is missing",
        advice: "Fetch it."
      })
      const asked = yield* Ref.make(0)
      const recalled = yield* Recall.recall(
        {
          embedder: Effect.zipRight(
            Ref.update(asked, (n) => n + 1),
            broken
          ),
          facts,
          owner,
          generation,
          rules
        },
        "Who is here?"
      )
      expect(recalled).toEqual([])
      expect(yield* asked).toBe(1)
      const dying = { embedder: Effect.die("a mistake"), facts, owner, generation, rules }
      expect(yield* Recall.recall(dying, "Who is here?")).toEqual([])
    }).pipe(Effect.provide(HistoryDatabase.fresh))
  )
})
