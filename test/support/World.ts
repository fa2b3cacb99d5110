import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import assert from "node:assert/strict"
import { Effect, Exit, Fiber, Layer, Logger, LogLevel, Option, Scope, Stream, Supervisor } from "effect"
import type { Duration } from "effect"
import { Agents } from "../../src/agent/Agent.ts"
import type { Agent, AgentEvent, AgentInput } from "../../src/agent/Agent.ts"
import { Tokens } from "../../src/agent/Tokens.ts"
import { AsrEngines } from "../../src/asr/Asr.ts"
import type { SystemConfig } from "../../src/config/SystemConfig.ts"
import type { TranslatorConfig } from "../../src/config/TtsPreprocessorConfig.ts"
import type { WakeWordConfig } from "../../src/config/WakeWordConfig.ts"
import type { ProactiveSpeechConfig } from "../../src/config/ProactiveSpeechConfig.ts"
import { Client } from "../../src/conversation/Client.ts"
import type { LlmFailed } from "../../src/llm/Llm.ts"
import * as McpClient from "../../src/mcp/McpClient.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import { EngineUnavailable, type EngineKind } from "../../src/engine/EngineUnavailable.ts"
import type { ClientMessage } from "../../src/protocol/ClientMessage.ts"
import * as ServerMessage from "../../src/protocol/ServerMessage.ts"
import { Embedders } from "../../src/recall/Embedder.ts"
import { Callers } from "../../src/session/Callers.ts"
import { Groups } from "../../src/group/Groups.ts"
import * as Dispatch from "../../src/session/Dispatch.ts"
import * as GroupMember from "../../src/session/GroupMember.ts"
import * as ProactiveSpeech from "../../src/session/ProactiveSpeech.ts"
import * as OpenSession from "../../src/session/OpenSession.ts"
import { SessionRegistry } from "../../src/session/SessionRegistry.ts"
import { Alarms } from "../../src/supervision/Alarms.ts"
import * as Mutex from "../../src/supervision/Mutex.ts"
import { Census } from "../../src/telemetry/Census.ts"
import * as TranslatorTable from "../../src/translate/TranslatorTable.ts"
import { TtsEngines } from "../../src/tts/Tts.ts"
import { VadEngines } from "../../src/vad/Vad.ts"
import { KeywordSpotters } from "../../src/wake/KeywordSpotter.ts"
import type { Spotted } from "../../src/wake/KeywordSpotter.ts"
import * as Cast from "./Cast.ts"
import * as FakeAsr from "./FakeAsr.ts"
import * as FakeTts from "./FakeTts.ts"
import * as FakeVad from "./FakeVad.ts"
import { systemConfig } from "./Fixtures.ts"
import { summary } from "./SocketTalk.ts"
import * as WorldConfig from "./WorldConfig.ts"
import { slow } from "./Journal.ts"
import type { Journal } from "./Journal.ts"
import * as MemoryFacts from "./MemoryFacts.ts"
import * as MemoryHistory from "./MemoryHistory.ts"
import * as WordEmbedder from "./WordEmbedder.ts"

/** How long each fake engine takes to open, in ms. */
export const loadTimes = { mcp: 1000, agent: 2000, tts: 1500, asr: 2500, vad: 300, embedding: 5000 } as const

/** What a test can set and see of the world around a session. Everything else is the real code. */
export interface World {
  readonly journal: Journal
  readonly stored: MemoryHistory.Stored
  /** Kinds whose next loads fail, with how many of them. */
  readonly failures: Map<EngineKind, number>
  /** Answers of the agent; by default one sentence that repeats the input. */
  reply: (input: AgentInput, character: string) => Stream.Stream<AgentEvent, LlmFailed>
  /** What the agent's model writes outside of conversations; without it, it cannot be asked to. */
  write: Agent["write"]
  /** What the agents' settings are changed to. */
  settings: Cast.Settings
  /** How groups talk. */
  groups: SystemConfig["groups"]
  /** When character a speaks of its own accord. */
  proactive: Partial<ProactiveSpeechConfig>
  /** Facts that have been learnt. */
  readonly facts: Array<MemoryFacts.Kept>
  /** Tools of every character. */
  mcp: McpClient.McpClient
  /** Time to speak a sentence in ms, or "fail". */
  synthesis: (text: string) => number | "fail"
  /** How the characters are woken. */
  wakeWord: Partial<WakeWordConfig>
  /** How character a is translated, by the real translators. */
  translation: TranslatorConfig | undefined
  /** What the recogniser makes of an utterance. */
  transcript: (samples: Float32Array) => string
  /** Whether the recogniser hears while one speaks, and how long it takes for a chunk, in ms. */
  listens: number | undefined
  /** Time that storing a message takes. */
  storing: Duration.DurationInput
  /** Nothing takes any time, so no clock is asked. */
  instant: boolean
  /** Whether an agent's next load dies. */
  agentDies: boolean
  /** What was asked of the agent. */
  readonly asked: Array<AgentInput>
  /** What the agent was told to remember. */
  readonly remembered: Array<{ readonly asked: string; readonly answer: string }>
  /** Utterances that the recogniser was given. */
  readonly transcribed: Array<Float32Array>
  /** The wake word that is heard in the sound of an utterance. */
  spotted: (samples: Float32Array) => Option.Option<Spotted>
  /** Time to listen to a piece of audio in ms. */
  listening: number
  /** Sentences in synthesis now, and the most there have been. */
  readonly speaking: { now: number; peak: number }
}

export const make = (): World => ({
  journal: [],
  stored: new Map(),
  failures: new Map(),
  reply: (input) => Stream.make<[AgentEvent]>({ _tag: "Text", text: `You said ${input.text}.` }),
  write: undefined,
  settings: {},
  groups: systemConfig.groups,
  proactive: {},
  facts: [],
  mcp: McpClient.none,
  synthesis: () => 0,
  wakeWord: {},
  translation: undefined,
  transcript: (samples) => (samples.some((sample) => sample !== 0) ? "hello" : ""),
  listens: undefined,
  storing: 0,
  instant: false,
  agentDies: false,
  asked: [],
  remembered: [],
  transcribed: [],
  spotted: () => Option.none(),
  listening: 0,
  speaking: { now: 0, peak: 0 }
})

/** Fails if the world says so. */
const mayFail = (world: World, kind: EngineKind) =>
  Effect.suspend(() => {
    const left = world.failures.get(kind) ?? 0
    if (left === 0) return Effect.void
    world.failures.set(kind, left - 1)
    return new EngineUnavailable({ kind, engine: `slow_${kind}`, reason: "it broke", advice: "Try again." })
  })

/** Loads for its time, writing it down under the character's name; fails if the world says so. */
const load = (world: World, kind: EngineKind, time: number, name: string) =>
  Effect.suspend(() =>
    world.instant ? Effect.void : Effect.zipRight(slow(world.journal, name, time), mayFail(world, kind))
  )

/** Takes no time, unless it fails. */
const loadEmbedder = (world: World) =>
  Effect.when(Effect.delay(mayFail(world, "embedding"), loadTimes.embedding), () =>
    world.failures.has("embedding")
  )

const agentOf = (world: World, character: string): Agent => ({
  reply: (input) =>
    Stream.suspend(() => {
      world.asked.push(input)
      return world.reply(input, character)
    }).pipe(Stream.ensuring(Effect.sync(() => world.journal.push("reply ended")))),
  remember: (exchange) => Effect.sync(() => world.remembered.push(exchange)),
  ...(world.write === undefined ? {} : { write: (task) => world.write!(task) })
})

const fakeVad = (world: World) =>
  Layer.succeed(VadEngines, {
    open: ({ vad_model }) =>
      vad_model === undefined
        ? FakeVad.missing
        : Effect.zipRight(
            load(world, "vad", loadTimes.vad, "vad"),
            FakeVad.open(() => world.listening)
          )
  })

/** Everything a session needs, with slow fake engines around the real session core. */
export const layer = (world: World, vad: Layer.Layer<VadEngines, never, EnginePool> = fakeVad(world)) => {
  const engines = Layer.mergeAll(
    Layer.succeed(McpClient.McpClients, {
      open: () => Effect.map(load(world, "mcp", loadTimes.mcp, "mcp"), () => world.mcp)
    }),
    Layer.succeed(Agents, {
      open: ({ character }) => {
        const name = character.conf_name === "a" ? "agent" : `agent ${character.conf_name}`
        const dies = Effect.suspend(() => (world.agentDies ? Effect.die("inside") : Effect.void))
        return Effect.zipRight(
          dies,
          Effect.as(load(world, "agent", loadTimes.agent, name), agentOf(world, character.conf_name))
        )
      }
    }),
    Layer.effect(
      TtsEngines,
      Effect.map(EnginePool, (pool) => ({
        open: () =>
          Effect.as(
            pool.borrow({ kind: "tts", id: "slow_tts", load: load(world, "tts", loadTimes.tts, "tts") }),
            { engine: "slow_tts", synthesize: (text: string) => FakeTts.speak(world, text) }
          )
      }))
    ),
    Layer.succeed(Embedders, { open: Effect.as(loadEmbedder(world), WordEmbedder.embedder) }),
    Layer.succeed(AsrEngines, {
      open: () => Effect.map(load(world, "asr", loadTimes.asr, "asr"), () => FakeAsr.of(world))
    }),
    Layer.provide(TranslatorTable.layer, NodeHttpClient.dispatcherLayer),
    Layer.succeed(KeywordSpotters, {
      open: () =>
        Effect.as(mayFail(world, "wake"), {
          engine: "fake_spotter",
          spot: (samples: Float32Array) => Effect.sync(() => world.spotted(samples))
        })
    }),
    vad
  )
  const configuration = WorldConfig.layer(world)
  return Layer.mergeAll(
    engines,
    Layer.provideMerge(SessionRegistry.layer, Layer.provide(Groups.layer, configuration)),
    Callers.layer,
    configuration,
    Cast.characters(world),
    Tokens.layer,
    MemoryFacts.layer(world.facts),
    MemoryHistory.layer(world.stored, () => world.storing)
  ).pipe(
    Layer.provideMerge(
      Layer.mergeAll(EnginePool.layer({ idleTimeToLive: "0 millis" }), Alarms.layer, Census.layer)
    ),
    Layer.provideMerge(NodeContext.layer),
    Layer.provideMerge(Logger.minimumLogLevel(LogLevel.None))
  )
}

/** A client that is connected. */
export interface Connected {
  readonly received: Array<ServerMessage.ServerMessage>
  readonly send: (message: ClientMessage) => Effect.Effect<void>
  /** Held while its session handles a message. */
  readonly exclusive: Mutex.Mutex
  /** Whether its session has a turn. */
  readonly isBusy: Effect.Effect<boolean>
  /** The socket closes. */
  readonly leave: Effect.Effect<void>
  /** Texts of what was received, shortened to `type` or `type text`. */
  readonly seen: () => ReadonlyArray<string>
}

/** Opens a session as the socket edge does, in a scope of its own. `room`: passed before each message is taken. */
export const connectAs = Effect.fnUntraced(function* (uid: string, room: Effect.Effect<void> = Effect.void) {
  const scope = yield* Scope.make()
  const received: Array<ServerMessage.ServerMessage> = []
  const client = Client.of({
    uid,
    send: (message, turn) =>
      Effect.zipRight(
        room,
        Effect.sync(() => {
          if (turn?.stopped !== true) received.push(ServerMessage.inLanguage(message, "en"))
        })
      )
  })
  const session = yield* OpenSession.open().pipe(
    Effect.tap(GroupMember.connect),
    Effect.tap(ProactiveSpeech.begin),
    Effect.tap((opened) => Effect.flatMap(Callers, ({ admit }) => admit(opened))),
    Scope.extend(scope),
    Effect.provideService(Client, client)
  )
  const context =
    yield* Effect.context<Exclude<Effect.Effect.Context<ReturnType<typeof Dispatch.handle>>, Client>>()
  const connected: Connected = {
    received,
    send: (message) =>
      Dispatch.handle(session, message).pipe(Effect.provideService(Client, client), Effect.provide(context)),
    exclusive: session.exclusive,
    isBusy: session.turn.isRunning,
    leave: Scope.close(scope, Exit.void),
    seen: () => received.map(summary)
  }
  return connected
})

export const connect = connectAs("client")

export type Services = Layer.Layer.Success<ReturnType<typeof layer>>

/** Runs `test` in a fresh world and sees to it that nothing of a session outlives it. */
export const run = <E>(
  test: (world: World) => Effect.Effect<void, E, Services>,
  vad?: Layer.Layer<VadEngines, never, EnginePool>
) => {
  const world = make()
  return Effect.gen(function* () {
    const fibers = yield* Supervisor.track
    yield* Effect.supervised(test(world), fibers)
    assert.deepEqual((yield* fibers.value).map(Fiber.id), [])
    assert.deepEqual(yield* (yield* SessionRegistry).snapshot, {
      sessions: [],
      groups: { groups: 0, members: 0 },
      fibers: {},
      engines: []
    })
  }).pipe(Effect.provide(layer(world, vad)))
}
