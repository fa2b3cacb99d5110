import { assert, describe, layer } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope, TestClock, TestServices } from "effect"
import type { Listener } from "../../src/asr/Asr.ts"
import { english } from "../../src/language/Text.ts"
import * as DeepgramServer from "../support/DeepgramServer.ts"
import type { Refusal, Script, Stream } from "../support/DeepgramServer.ts"
import { engines } from "./AsrLayer.ts"
import * as AsrConfigs from "./AsrConfigs.ts"
import { open, samples } from "./describeRecognitionService.ts"

// Shapes: Deepgram's API reference, "Streaming audio", and its documentation of Finalize, CloseStream and KeepAlive.
const { metadata, results } = DeepgramServer
const secret = "deepgram-very-secret"

const recogniser = (url: string, changes: object = {}) =>
  open(AsrConfigs.of("deepgram_asr", { api_key: secret, base_url: url, language: "en", ...changes }))

const listen = (url: string, changes: object = {}): Effect.Effect<Listener, unknown, never> =>
  Effect.flatMap(recogniser(url, changes), ({ listen }) => listen!) as never

/** A server that hears a word in each piece, and is certain of it when the next one comes. */
const words = ["good", "morning", "my", "friend"]
const attentive: Script = {
  onSound: ({ send, sound }) => {
    if (sound.length > 1) send(results(words[sound.length - 2]!, true))
    send(results(words[sound.length - 1]!, false))
  },
  onClose: ({ send, socket, sound }) => {
    send(results(`${words[sound.length - 1]}.`, true))
    send(metadata)
    socket.close(1000)
  }
}

const ends = (onClose: (stream: Stream) => void): Script => ({ onClose })

/** What becomes of an utterance. */
const failing = (script: Script, changes: object = {}) =>
  Effect.gen(function* () {
    const server = yield* DeepgramServer.open(script)
    const listener = yield* listen(server.url, changes)
    const error = yield* Effect.flip(Effect.zipRight(listener.hear(samples), listener.finish))
    assert.notInclude(JSON.stringify(error) + error.message, secret)
    assert.strictEqual(error.engine, "deepgram_asr")
    return { ...server, advice: english(error.advice), detail: english(error.detail) }
  })

const refusing = (refusal: Refusal) => failing({ refuse: () => refusal })

describe("deepgram_asr while one speaks", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("hears as the API wants to be spoken to, and answers the transcript as it grows", () =>
      Effect.gen(function* () {
        const server = yield* DeepgramServer.open(attentive)
        const listener = yield* listen(server.url)
        const grown: Array<string> = []
        for (const count of [1, 2, 3]) {
          grown.push(yield* listener.hear(samples))
          const [stream] = server.streams
          yield* Effect.promise(() => stream!.sound.reached(count))
          yield* Effect.promise(() => DeepgramServer.read(stream!))
        }
        assert.deepStrictEqual(grown, ["", "good", "good morning"])
        assert.strictEqual(yield* listener.finish, "good morning my.")
        const [{ headers, sound, told, url }] = [...server.streams] as [Stream]
        assert.strictEqual(url.pathname, "/v1/listen")
        assert.deepStrictEqual(Object.fromEntries(url.searchParams), {
          model: "nova-3",
          smart_format: "true",
          language: "en",
          encoding: "linear16",
          sample_rate: "16000",
          channels: "1",
          interim_results: "true"
        })
        assert.strictEqual(headers.authorization, `Token ${secret}`)
        assert.deepStrictEqual([...told], ["CloseStream"])
        assert.strictEqual(Buffer.concat([...sound]).length, 3 * 32_000)
        assert.strictEqual(sound[0]!.readInt16LE(0), 16_384)
        yield* Effect.promise(() => server.streams[0]!.closed)
      }).pipe(Effect.scoped)
    )

    it.scoped("opens no connection for nothing, and a new one for each utterance", () =>
      Effect.gen(function* () {
        const server = yield* DeepgramServer.open(attentive)
        const asr = yield* recogniser(server.url, { language: "de" })
        assert.strictEqual(yield* Effect.flatMap(asr.listen!, ({ finish }) => finish), "")
        assert.strictEqual(server.asked.length, 0)
        for (let utterance = 0; utterance < 2; utterance++) {
          const listener = yield* asr.listen!
          yield* listener.hear(samples)
          assert.strictEqual(yield* listener.finish, "good.")
        }
        assert.strictEqual(server.asked.length, 2)
        assert.strictEqual(server.streams[1]!.url.searchParams.get("language"), "de")
      }).pipe(Effect.scoped)
    )

    it.scoped("joins words of scripts without spaces as they are written", () =>
      Effect.gen(function* () {
        const server = yield* DeepgramServer.open({
          onClose: ({ send, socket }) => {
            for (const part of ["早上好，", "朋友", "", "们。"]) send(results(part, true))
            // An end without a summary is one, too.
            socket.close(1000)
          }
        })
        const listener = yield* listen(server.url)
        yield* listener.hear(samples)
        assert.strictEqual(yield* listener.finish, "早上好，朋友们。")
      }).pipe(Effect.scoped)
    )

    it.scoped("tells refusals of the connection apart", () =>
      Effect.gen(function* () {
        const section = "asr_config.deepgram_asr"
        const body = (err_msg: string) => JSON.stringify({ err_code: "X", err_msg })
        const key = yield* refusing({ status: 401, body: body(`Invalid credentials ${secret}`) })
        assert.strictEqual(key.advice, `Correct ${section}.api_key.`)
        assert.strictEqual(key.asked.length, 1)
        const model = yield* refusing({
          status: 400,
          headers: { "dg-error": "Bad Request: No such model/language/tier combination found." }
        })
        assert.include(model.advice, `${section}.model`)
        assert.include(model.detail, "No such model")
        const quota = yield* refusing({ status: 402, body: body("Not enough credits") })
        assert.include(quota.detail, "nothing left")
        const address = yield* refusing({ status: 404, body: "<html>no</html>" })
        assert.strictEqual(address.advice, `Correct ${section}.base_url.`)
        const busy = yield* refusing({ status: 429, headers: { "retry-after": "60" } })
        assert.include(busy.detail, "no more requests for now")
        assert.strictEqual(busy.asked.length, 1)
        const down = yield* refusing({ status: 500 })
        assert.strictEqual(down.asked.length, 3)
      }).pipe(Effect.scoped)
    )

    it.scoped("says that no server is there", () =>
      Effect.gen(function* () {
        const listener = yield* listen("http://127.0.0.1:9")
        const error = yield* Effect.flip(listener.hear(samples))
        assert.strictEqual(english(error.detail), "no server answers at 127.0.0.1:9")
      }).pipe(Effect.scoped)
    )

    it.scoped("connects again after 429 as the service says", () =>
      Effect.gen(function* () {
        const server = yield* DeepgramServer.open({
          ...attentive,
          refuse: (index) => (index === 0 ? { status: 429, headers: { "retry-after": "0" } } : undefined)
        })
        const listener = yield* listen(server.url)
        yield* listener.hear(samples)
        assert.strictEqual(yield* listener.finish, "good.")
        assert.strictEqual(server.asked.length, 2)
      }).pipe(Effect.scoped)
    )

    for (const [what, script, detail] of [
      ["that breaks off", ends(({ socket }) => socket.terminate()), "broke off"],
      ["that is half closed", ends(({ wire }) => void wire.end()), "broke off"],
      ["that ends without a reason", ends(({ socket }) => socket.close(1011)), "broke off"],
      [
        "that ends with a reason",
        ends(({ socket }) => socket.close(1011, "NET-0001: no audio")),
        '"NET-0001: no audio"'
      ],
      [
        "with an error in it",
        ends(({ send }) => send({ type: "Error", description: "bad sound", variant: "DATA-0000" })),
        '"bad sound"'
      ],
      ["with what is no JSON", ends(({ send }) => send("<html>")), "no transcript"],
      ["with bytes", ends(({ socket }) => socket.send(Buffer.alloc(9))), "no transcript"],
      ["with results that are none", ends(({ send }) => send({ type: "Results" })), "no transcript"],
      [
        "that transcribes without end",
        {
          onSound: ({ send }: Stream) => {
            for (let count = 0; count < 30; count++) send(results("word ".repeat(2000), true))
          }
        },
        "no transcript"
      ],
      ["with too long a message", ends(({ send }) => send(" ".repeat(2 ** 21))), "broke off"]
    ] as const)
      it.scoped(`fails at a stream ${what}`, () =>
        Effect.gen(function* () {
          const failure = yield* failing(script)
          assert.include(failure.detail, detail)
          yield* Effect.promise(() => failure.streams[0]!.closed)
        }).pipe(Effect.scoped)
      )

    it.scoped("notices an end in the middle of the utterance", () =>
      Effect.gen(function* () {
        const server = yield* DeepgramServer.open({ onSound: ({ socket }) => socket.terminate() })
        const listener = yield* listen(server.url)
        const error = yield* Effect.flip(Effect.forever(listener.hear(samples)))
        assert.include(error.message, "say that again")
        assert.isTrue(Exit.isFailure(yield* Effect.exit(listener.finish)))
      }).pipe(Effect.scoped)
    )

    it.scoped("closes the connection of an utterance that is given up", () =>
      Effect.gen(function* () {
        const server = yield* DeepgramServer.open({})
        const scope = yield* Scope.make()
        const listener = yield* Scope.extend(listen(server.url), scope)
        yield* listener.hear(samples)
        yield* Scope.close(scope, Exit.void)
        yield* Effect.promise(() => server.streams[0]!.closed)
      }).pipe(Effect.scoped)
    )

    it.scoped("takes a place of the service until the transcript is there", () =>
      Effect.gen(function* () {
        const server = yield* DeepgramServer.open(attentive)
        const asr = yield* recogniser(server.url, { max_concurrency: 1 })
        const [first, second, third] = [yield* asr.listen!, yield* asr.listen!, yield* asr.listen!]
        yield* first.hear(samples)
        // Nothing is kept until a place is free: the whole utterance is transcribed then.
        assert.include((yield* Effect.flip(second.hear(samples))).message, "cannot hear while one speaks")
        assert.strictEqual(server.asked.length, 1)
        yield* first.finish
        yield* third.hear(samples)
        assert.strictEqual(yield* third.finish, "good.")
      }).pipe(Effect.scoped)
    )
  })

  layer(engines)((it) => {
    const live = <A>(effect: Effect.Effect<A>) => TestServices.provideLive(effect)

    it.scoped("keeps the connection while nothing is said, and gives up one that does not answer", () =>
      Effect.gen(function* () {
        const server = yield* DeepgramServer.open({})
        const listener = yield* listen(server.url, { timeout_seconds: 20 })
        yield* listener.hear(samples)
        const [stream] = server.streams
        for (let count = 1; count <= 3; count++) {
          yield* TestClock.adjust("4 seconds")
          yield* live(Effect.promise(() => stream!.told.reached(count)))
        }
        assert.deepStrictEqual([...stream!.told], ["KeepAlive", "KeepAlive", "KeepAlive"])
        const finishing = yield* Effect.fork(Effect.flip(listener.finish))
        yield* live(Effect.promise(() => stream!.told.reached(4)))
        assert.strictEqual(stream!.told[3], "CloseStream")
        yield* TestClock.adjust("19 seconds")
        assert.isNull(finishing.unsafePoll())
        yield* TestClock.adjust("1 seconds")
        assert.include((yield* Fiber.join(finishing)).message, "has said nothing for 20 s")
        yield* Effect.promise(() => stream!.closed)
      }).pipe(Effect.scoped)
    )
  })
})
