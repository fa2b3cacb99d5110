import { FileSystem, Path } from "@effect/platform"
import { assert } from "@effect/vitest"
import { Effect, Fiber, Option, Stream } from "effect"
import * as Catalogue from "../../src/models/Catalogue.ts"
import type { CatalogueFile } from "../../src/models/Catalogue.ts"
import type { Progress } from "../../src/models/Progress.ts"
import * as EmbeddedModel from "../support/EmbeddedModel.ts"
import * as FileServer from "../support/FileServer.ts"
import { entry, folder, open, test, untilEquals } from "../support/Models.ts"
import * as Threads from "../support/Threads.ts"

const limit = 300_000

const shipped = (...ids: ReadonlyArray<string>) =>
  Effect.map(Catalogue.shipped, (catalogue) => catalogue.filter(({ id }) => ids.includes(id)))

/** Size and checksum of each file, by name. */
const known = (files: ReadonlyArray<CatalogueFile>) =>
  Object.fromEntries(files.map(({ name, sha256, size }) => [name, { size, sha256 }]))

const found = Effect.fnUntraced(function* (files: Readonly<Record<string, string>>) {
  const fs = yield* FileSystem.FileSystem
  const contents = yield* Effect.forEach(Object.entries(files), ([name, place]) =>
    Effect.map(fs.readFile(place), (bytes): [string, object] => [
      name,
      { size: bytes.length, sha256: FileServer.sha256(Buffer.from(bytes)) }
    ])
  )
  return Object.fromEntries(contents)
})

/** What the store makes of an entry in a folder of its own; elsewhere than in CI it may have come to nothing. */
const pulled = Effect.fnUntraced(function* (catalogue: Catalogue.Catalogue, id: string, home: string) {
  const store = yield* open({ folder: home, catalogue })
  const phases: Array<Progress["phase"]> = []
  yield* Effect.fork(
    Stream.runForEach(store.progress, ({ model, phase }) =>
      Effect.sync(() => {
        if (model === id && phases.at(-1) !== phase) phases.push(phase)
      })
    )
  )
  yield* Effect.yieldNow()
  const got = yield* Effect.either(store.pull(id))
  if (got._tag === "Right") return Option.some({ model: got.right, phases })
  if (process.env.CI === "true") throw got.left
  console.warn(`Not tested: ${got.left.message}`)
  return Option.none()
})

test(
  "makes a Whisper for sherpa-onnx out of one for CTranslate2, to the byte, and keeps no ingredient",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const home = yield* folder
    const catalogue = yield* shipped("whisper-tiny.en")
    const got = yield* pulled(catalogue, "whisper-tiny.en", home)
    if (Option.isNone(got)) return
    const { model, phases } = got.value
    assert.deepStrictEqual(yield* found(model.files), known(catalogue[0]!.files))
    assert.deepStrictEqual(phases, ["downloading", "unpacking", "converting"])
    assert.sameMembers(yield* fs.readDirectory(home, { recursive: true }), [
      "whisper-tiny.en",
      "whisper-tiny.en/decoder.onnx",
      "whisper-tiny.en/encoder.onnx",
      "whisper-tiny.en/tokens.txt"
    ])
    assert.deepStrictEqual(model.engine, {
      model_type: "whisper",
      whisper_encoder: `${home}/whisper-tiny.en/encoder.onnx`,
      whisper_decoder: `${home}/whisper-tiny.en/decoder.onnx`,
      tokens: `${home}/whisper-tiny.en/tokens.txt`
    })
  }),
  limit
)

test(
  "makes each model that tests share, among them a Whisper out of weights in two parts",
  Effect.gen(function* () {
    const { piperJoe, whisperBase, whisperTinyEn } = EmbeddedModel
    const models = yield* Effect.all([whisperBase, whisperTinyEn, piperJoe])
    for (const model of models.flatMap(Option.toArray)) {
      const [entry] = yield* shipped(model.id)
      assert.deepStrictEqual(yield* found(model.files), known(entry!.files))
    }
  }),
  limit
)

test(
  "makes a voice for sherpa-onnx out of one of piper, and fetches what it needs",
  Effect.gen(function* () {
    const path = yield* Path.Path
    const home = yield* folder
    const catalogue = yield* shipped("piper-joe", "espeak-ng-data")
    const got = yield* pulled(catalogue, "piper-joe", home)
    if (Option.isNone(got)) return
    const { model } = got.value
    const [joe] = catalogue
    assert.deepStrictEqual(yield* found(model.files), known(joe!.files))
    const { "espeak-ng-data": data } = model.needs
    assert.strictEqual(data?.path, path.join(home, "espeak-ng-data", "espeak-ng-data"))
    assert.deepStrictEqual(model.engine, {
      vits_model: path.join(home, "piper-joe", "model.onnx"),
      vits_tokens: path.join(home, "piper-joe", "tokens.txt")
    })
  }),
  limit
)

const bytes = (name: string, content: Buffer, place: string): CatalogueFile => ({
  name,
  size: content.length,
  sha256: FileServer.sha256(content),
  sources: [{ type: "file", path: place }]
})

/** An entry that is to be made of these two files, which lie in `home`. */
const homemade = Effect.fnUntraced(function* (home: string, tokenizer: Buffer, weights: Buffer) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.writeFile(`${home}/t`, tokenizer)
  yield* fs.writeFile(`${home}/w`, weights)
  return entry("w", [], {
    kind: "asr",
    files: [{ name: "encoder.onnx", size: 1, sha256: "0".repeat(64), sources: [] }],
    recipe: {
      type: "ct2-whisper",
      ingredients: {
        tokenizer: bytes("tokenizer.json", tokenizer, `${home}/t`),
        weights: [bytes("model.bin", weights, `${home}/w`)]
      }
    }
  })
})

test(
  "says what is wrong with an ingredient, and leaves nothing",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const home = yield* folder
    const junk = Buffer.from("this is no model of anything")
    const tokenizer = Buffer.from('{"added_tokens": [], "model": {"vocab": {}}}')
    const reasons: Array<string> = []
    for (const made of [
      yield* homemade(yield* folder, tokenizer, junk),
      yield* homemade(yield* folder, junk, junk)
    ]) {
      const store = yield* open({ folder: home, catalogue: [made] })
      const error = yield* Effect.flip(store.obtain("asr", "w"))
      reasons.push(error.message)
      assert.notInclude(error.message, home)
    }
    assert.match(reasons[0]!, /the conversion of w: it failed: it is no Whisper of CTranslate2/)
    assert.match(reasons[1]!, /the conversion of w: it failed: /)
    assert.deepStrictEqual(yield* fs.readDirectory(home), [])
  })
)

/** A piper voice of this machine as an entry. */
const localVoice = Effect.fnUntraced(function* (home: string) {
  const fs = yield* FileSystem.FileSystem
  const [joe] = yield* shipped("piper-joe")
  const model = Buffer.concat([Buffer.from([0x3a, 0x80, 0x80, 0x80, 0x20]), Buffer.alloc(64 * 1024 * 1024)])
  const config = Buffer.from(
    JSON.stringify({ audio: { sample_rate: 8000 }, espeak: { voice: "en" }, phoneme_id_map: { a: [1] } })
  )
  yield* fs.writeFile(`${home}/v.onnx`, model)
  yield* fs.writeFile(`${home}/v.onnx.json`, config)
  return {
    ...joe!,
    needs: [],
    recipe: {
      type: "piper" as const,
      ingredients: {
        model: bytes("v.onnx", model, `${home}/v.onnx`),
        config: bytes("v.onnx.json", config, `${home}/v.onnx.json`)
      }
    }
  }
})

test(
  "refuses what a conversion made if it is not what was expected",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const home = yield* folder
    const local = yield* localVoice(yield* folder)
    // As large as what the recipe makes: "a 1" and a line break.
    const voice = { ...local, files: [{ name: "tokens.txt", size: 4, sha256: "0".repeat(64), sources: [] }] }
    const store = yield* open({ folder: home, catalogue: [voice] })
    const error = yield* Effect.flip(store.obtain("tts", voice.id))
    assert.include(error.message, "its tokens.txt is not the file that was expected")
    assert.deepStrictEqual(yield* fs.readDirectory(home), [])
  })
)

test(
  "ends a conversion in the middle when nobody waits any longer",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const home = yield* folder
    const voice = yield* localVoice(yield* folder)
    const store = yield* open({ folder: home, catalogue: [voice] })
    const before = Threads.count()
    const waiter = yield* Effect.fork(store.obtain("tts", voice.id))
    yield* untilEquals(before + 1, Threads.count)
    yield* Fiber.interrupt(waiter)
    assert.strictEqual(Threads.count(), before)
    assert.deepStrictEqual(yield* fs.readDirectory(home), [])
  })
)
