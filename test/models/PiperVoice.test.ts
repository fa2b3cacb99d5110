import { dirname } from "node:path"
import { FileSystem } from "@effect/platform"
import { assert } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { PbfReader, PbfWriter } from "pbf"
import { folder, open, test, untilEquals } from "../support/Models.ts"
import * as Threads from "../support/Threads.ts"
import { english } from "../../src/language/Text.ts"

type Metadata = Readonly<Record<string, string>>

/** The least of an ONNX model: its version, and a graph with a name. */
const onnx = (metadata: Metadata = {}): Uint8Array => {
  const writer = new PbfWriter()
  writer.writeVarintField(1, 9)
  writer.writeMessage(7, (name, graph) => graph.writeStringField(2, name), "voice")
  for (const pair of Object.entries(metadata))
    writer.writeMessage(
      14,
      ([key, value], entry) => {
        entry.writeStringField(1, key)
        entry.writeStringField(2, value)
      },
      pair
    )
  return writer.finish()
}

/** Each pair of an ONNX model's metadata, in its order. */
const metadataOf = (model: Uint8Array) => {
  const pairs: Array<[string, string]> = []
  new PbfReader(model).readFields((field, _, reader) => {
    if (field !== 14) return
    const pair: [string, string] = ["", ""]
    reader.readMessage((field) => void (pair[field - 1] = reader.readString()), undefined)
    pairs.push(pair)
  }, undefined)
  return pairs
}

const config = {
  audio: { sample_rate: 16_000, quality: "x_low" },
  espeak: { voice: "de" },
  num_speakers: 3,
  phoneme_type: "espeak",
  language: { code: "de_DE", name_english: "German" },
  phoneme_id_map: { _: [0], " ": [3], ä: [40, 41] }
}

/** A voice in a folder of its own, and a store beside it. */
const setting = Effect.fnUntraced(function* (options: {
  readonly config?: string
  readonly model?: Uint8Array
}) {
  const fs = yield* FileSystem.FileSystem
  const home = yield* folder
  const voices = yield* folder
  const model = options.model ?? onnx()
  yield* fs.writeFile(`${voices}/lena.onnx`, model)
  yield* fs.writeFileString(`${voices}/lena.onnx.json`, options.config ?? JSON.stringify(config))
  const store = yield* open({ folder: home, configFolder: voices })
  return { fs, home, voices, model, store }
})

test(
  "makes a voice known to sherpa-onnx, once, and leaves the user's files alone",
  Effect.gen(function* () {
    const { fs, home, model, store, voices } = yield* setting({})
    // Two who ask at once share the conversion.
    const [voice, other] = yield* Effect.all([store.piperVoice("lena.onnx"), store.piperVoice("lena.onnx")], {
      concurrency: "unbounded"
    })
    assert.deepStrictEqual(voice, other)
    const { model: converted, tokens, ...rest } = voice
    assert.deepStrictEqual(rest, { sampleRate: 16_000, speakers: 3, language: "de_DE" })
    assert.isTrue(converted.startsWith(`${home}/converted/lena-`))
    const bytes = yield* fs.readFile(converted)
    assert.deepStrictEqual(bytes.subarray(0, model.length), model)
    assert.deepStrictEqual(Object.fromEntries(metadataOf(bytes)), {
      model_type: "vits",
      comment: "piper",
      language: "German",
      voice: "de",
      has_espeak: "1",
      n_speakers: "3",
      sample_rate: "16000"
    })
    assert.strictEqual(yield* fs.readFileString(tokens), "_ 0\n  3\nä 40\n")
    assert.deepStrictEqual(yield* fs.readFile(`${voices}/lena.onnx`), model)
    assert.lengthOf(yield* fs.readDirectory(`${home}/converted`), 1)

    yield* fs.writeFileString(tokens, "untouched")
    assert.deepStrictEqual(yield* store.piperVoice(`${voices}/lena.onnx`), voice)
    assert.strictEqual(yield* fs.readFileString(tokens), "untouched")
  })
)

test(
  "converts anew what has changed, and forgets what nobody has used for 30 days",
  Effect.gen(function* () {
    const { fs, home, store, voices } = yield* setting({})
    const change = (sample_rate: number) =>
      Effect.zipRight(
        fs.writeFileString(`${voices}/lena.onnx.json`, JSON.stringify({ ...config, audio: { sample_rate } })),
        store.piperVoice("lena.onnx")
      )
    const before = yield* store.piperVoice("lena.onnx")
    const after = yield* change(22_050)
    assert.strictEqual(after.sampleRate, 22_050)
    const { sample_rate } = Object.fromEntries(metadataOf(yield* fs.readFile(after.model)))
    assert.strictEqual(sample_rate, "22050")
    // An engine may still run with it, and start anew.
    assert.isTrue(yield* fs.exists(before.model))
    const days = (count: number) => Date.now() / 1000 - count * 24 * 3600
    yield* fs.utimes(dirname(before.model), days(31), days(31))
    yield* fs.utimes(dirname(after.model), days(29), days(29))
    yield* change(11_025)
    assert.isFalse(yield* fs.exists(before.model))
    assert.isTrue(yield* fs.exists(after.model))
    assert.lengthOf(yield* fs.readDirectory(`${home}/converted`), 2)
  })
)

test(
  "takes voices of the first years, and repeats no metadata",
  Effect.gen(function* () {
    const { fs, store } = yield* setting({
      model: onnx({ comment: "mine", sample_rate: "8000" }),
      config: JSON.stringify({
        audio: { sample_rate: 8000 },
        espeak: { voice: "en-us" },
        phoneme_id_map: { a: [1] }
      })
    })
    const voice = yield* store.piperVoice("lena.onnx")
    assert.include(voice, { speakers: 1, language: "en-us" })
    assert.deepStrictEqual(metadataOf(yield* fs.readFile(voice.model)), [
      ["comment", "mine"],
      ["sample_rate", "8000"],
      ["model_type", "vits"],
      ["language", "English"],
      ["voice", "en-us"],
      ["has_espeak", "1"],
      ["n_speakers", "1"]
    ])
  })
)

test(
  "says what is wrong with a voice, in words for people",
  Effect.gen(function* () {
    const problemOf = Effect.fnUntraced(function* (
      options: Parameters<typeof setting>[0],
      file = "lena.onnx"
    ) {
      const { fs, home, store, voices } = yield* setting(options)
      const error = yield* Effect.flip(store.piperVoice(file))
      assert.notInclude(error.message, voices)
      const converted = yield* Effect.orElseSucceed(fs.readDirectory(`${home}/converted`), () => [])
      assert.deepStrictEqual(converted, [])
      return english(error.reason)
    })
    const { phoneme_id_map: _, ...incomplete } = config
    const text = JSON.stringify({ ...config, phoneme_type: "text" })
    const page = Buffer.from("<!doctype html><p>Not found, but look at this instead")
    const whole = onnx({ long: "x".repeat(200) })
    assert.match(yield* problemOf({}, "max.onnx"), /^there is no such file/)
    assert.match(yield* problemOf({ config: "{" }), /^its lena\.onnx\.json is broken: /)
    assert.match(yield* problemOf({ config: JSON.stringify(incomplete) }), /phoneme_id_map: is missing$/)
    assert.match(yield* problemOf({ config: text }), /by "text", not by espeak$/)
    for (const model of [page, Buffer.alloc(0), Buffer.alloc(5000), whole.subarray(0, -20)])
      assert.strictEqual(yield* problemOf({ model }), "it is no ONNX model")
  })
)

test(
  "says that the settings beside a voice are missing",
  Effect.gen(function* () {
    const { fs, store, voices } = yield* setting({})
    yield* fs.remove(`${voices}/lena.onnx.json`)
    const error = yield* Effect.flip(store.piperVoice("lena.onnx"))
    assert.strictEqual(english(error.reason), "its lena.onnx.json is missing")
  })
)

test(
  "says that there is no room, or no folder, for the conversion",
  Effect.gen(function* () {
    const { fs, home, voices } = yield* setting({ model: onnx({ long: "x".repeat(2000) }) })
    const full = yield* open({ folder: home, configFolder: voices, freeSpace: () => Effect.succeed(2000) })
    assert.match(
      english((yield* Effect.flip(full.piperVoice("lena.onnx"))).reason),
      /^the disk is full: 2\.0 kB more are needed$/
    )
    yield* fs.writeFileString(`${home}/file`, "in the way")
    const blocked = yield* open({ folder: `${home}/file`, configFolder: voices })
    assert.match(
      english((yield* Effect.flip(blocked.piperVoice("lena.onnx"))).reason),
      /^the models folder cannot be made/
    )
  })
)

test(
  "ends a conversion that nobody waits for, and makes it the next time",
  Effect.gen(function* () {
    const { fs, home, store } = yield* setting({ model: onnx({ long: "x".repeat(50_000_000) }) })
    const before = Threads.count()
    const waiter = yield* Effect.fork(store.piperVoice("lena.onnx"))
    yield* untilEquals(before + 1, Threads.count)
    yield* Fiber.interrupt(waiter)
    assert.strictEqual(Threads.count(), before)
    assert.deepStrictEqual(yield* fs.readDirectory(`${home}/converted`), [])
    assert.isTrue(yield* fs.exists((yield* store.piperVoice("lena.onnx")).model))
  })
)
