import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream, TestClock } from "effect"
import type { ServerResponse } from "node:http"
import type { AgentEvent } from "../../src/agent/Agent.ts"
import type { TranslatorConfig } from "../../src/config/TtsPreprocessorConfig.ts"
import * as AgentServer from "../support/AgentServer.ts"
import * as World from "../support/World.ts"

const by = (url: string): TranslatorConfig => ({
  translate_audio: true,
  translate_provider: "deeplx",
  deeplx: { deeplx_target_lang: "DE", deeplx_api_endpoint: url }
})

const translations: Readonly<Record<string, string>> = {
  "Good morning.": "Guten Morgen.",
  "Sit down.": "Setz dich."
}

const textOf = (request: AgentServer.Request) => (JSON.parse(request.body) as { text: string }).text

const translate = (request: AgentServer.Request, response: ServerResponse) =>
  void response.end(JSON.stringify({ code: 200, data: translations[textOf(request)] }))

const says = (text: string) => () => Stream.make<[AgentEvent]>({ _tag: "Text", text })

/** Moves the clock until it is so; the network takes no time of that clock. */
const until = (condition: () => boolean) =>
  Effect.gen(function* () {
    while (!condition()) {
      yield* TestClock.adjust("100 millis")
      yield* Effect.promise(() => new Promise(setImmediate))
    }
  })

/** A world whose character is translated by that server, with one client. */
const talking = (
  respond: AgentServer.Respond,
  test: (
    world: World.World,
    client: World.Connected,
    server: AgentServer.AgentServer,
    spoken: ReadonlyArray<string>
  ) => Effect.Effect<void>
) =>
  World.run((world) =>
    Effect.gen(function* () {
      const server = yield* AgentServer.open(respond)
      world.translation = by(server.url)
      const spoken: Array<string> = []
      world.synthesis = (text) => {
        spoken.push(text)
        return 0
      }
      world.reply = says("Good morning. Sit down.")
      const client = yield* World.connect
      yield* TestClock.adjust("10 seconds")
      yield* client.send({ type: "text-input", text: "Hi", images: [] })
      yield* test(world, client, server, spoken)
      yield* client.leave
    }).pipe(Effect.scoped)
  )

const audio = (client: World.Connected) => client.seen().filter((line) => line.startsWith("audio "))

describe("a translated character", () => {
  it.effect("speaks the translation, shows what was written, and keeps the order", () => {
    const held: Array<() => void> = []
    return talking(
      (request, response) => {
        if (textOf(request) === "Good morning.") return void held.push(() => translate(request, response))
        translate(request, response)
      },
      (_, client, server, spoken) =>
        Effect.gen(function* () {
          yield* until(() => spoken.includes("Setz dich."))
          assert.deepStrictEqual(audio(client), [])
          assert.lengthOf(server.requests, 2)
          held[0]!()
          yield* until(() => audio(client).length === 2)
          assert.deepStrictEqual(audio(client), ["audio Good morning. ", "audio Sit down."])
          assert.deepStrictEqual(spoken, ["Setz dich.", "Guten Morgen."])
        })
    )
  })

  it.effect("speaks as it is written where the translation fails, and says so once", () =>
    talking(
      (_, response) => void response.writeHead(400).end(),
      (_, client, __, spoken) =>
        Effect.gen(function* () {
          yield* until(() => audio(client).length === 2)
          assert.deepStrictEqual([...spoken].sort(), ["Good morning.", "Sit down."])
          const told = client.seen().filter((line) => line.startsWith("error "))
          assert.lengthOf(told, 1)
          assert.match(told[0]!, /^error deeplx: .*status 400.*It is spoken as it is written\.$/)
        })
    )
  )

  it.effect("gives up the translations of a turn that is interrupted", () =>
    talking(
      () => undefined,
      (_, client, server) =>
        Effect.gen(function* () {
          yield* until(() => server.requests.length === 2)
          yield* client.send({ type: "interrupt-signal", text: "" })
          for (const { over } of server.requests)
            assert.strictEqual(yield* Effect.promise(() => over), "aborted")
          assert.deepStrictEqual(audio(client), [])
        })
    )
  )

  it.effect("speaks without a translator that cannot be opened, and says why", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.translation = { translate_audio: true, translate_provider: "tencent" }
        const client = yield* World.connect
        yield* TestClock.adjust("10 seconds")
        yield* client.send({ type: "text-input", text: "tea", images: [] })
        yield* until(() => audio(client).length === 1)
        const told = client.seen().filter((line) => line.startsWith("error "))
        assert.lengthOf(told, 1)
        assert.include(told[0]!, "Add tts_preprocessor_config.translator_config.tencent.")
        yield* client.leave
      })
    )
  )
})
