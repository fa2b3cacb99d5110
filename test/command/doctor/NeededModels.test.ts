import { FileSystem } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as NeededModels from "../../../src/command/doctor/NeededModels.ts"
import type { CatalogueEntry, Source } from "../../../src/models/Catalogue.ts"
import * as Fixtures from "../../support/Fixtures.ts"
import * as Models from "../../support/Models.ts"

const wheel = (size: number, sha256: string): Source & { readonly type: "wheel" } => ({
  type: "wheel",
  package: "p",
  version: "1",
  size,
  sha256,
  member: "m"
})
const other = "https://models.invalid/m.gguf"

const needy: CatalogueEntry = Models.entry("needy", wheel(70, "a"), {
  kind: "tts",
  files: [Models.file("a", wheel(70, "a")), Models.file("b", wheel(70, "a"))],
  needs: ["data"]
})
const data: CatalogueEntry = Models.entry("data", wheel(5, "b"), {
  kind: "data",
  files: [],
  folders: [{ name: "data", size: 9, source: wheel(5, "b") }]
})
const huge = Models.entry("huge", Models.url(other), { memory: Number.MAX_SAFE_INTEGER })
const good = Models.entry("good", Models.url(other))
const small = Models.entry("small", { type: "file", path: "here.gguf" })

describe("NeededModels", () => {
  it("knows what of the catalogue each engine loads", () => {
    const { agent_config, asr_config, tts_config } = Fixtures.characterConfig("Hana")
    expect(NeededModels.ofLlm(agent_config)).toEqual([{ kind: "llm", wanted: "auto" }])
    expect(NeededModels.ofAsr(asr_config)).toEqual([])
    const tts = (tts_model: "piper_tts" | "sherpa_onnx_tts", config: object, data?: string) =>
      NeededModels.ofTts({ ...tts_config, tts_model, [tts_model]: config }, Option.fromNullable(data))
    expect(NeededModels.ofTts(tts_config, Option.none())).toEqual([])
    expect(tts("sherpa_onnx_tts", { model: "piper-joe" })).toEqual([{ kind: "tts", wanted: "piper-joe" }])
    expect(tts("sherpa_onnx_tts", { vits_model: "own.onnx" })).toEqual([])
    expect(tts("piper_tts", { model_path: "piper-joe" })).toEqual([{ kind: "tts", wanted: "piper-joe" }])
    expect(tts("piper_tts", { model_path: "own.ONNX" })).toEqual([{ kind: "data", wanted: "espeak-ng-data" }])
    expect(tts("piper_tts", { model_path: "own.onnx", espeak_data_dir: "data" })).toEqual([])
    expect(tts("piper_tts", { model_path: "own.onnx" }, "/data")).toEqual([])
  })

  Models.test(
    "counts a package of several files once, and what the model needs with it",
    Effect.gen(function* () {
      const catalogue = [needy, data, small]
      const store = yield* Models.open({ folder: yield* Models.folder, catalogue, offline: true })
      const needs = (["tts", "tts", "data"] as const).map((kind) => ({
        kind,
        wanted: kind === "tts" ? "needy" : "data"
      }))
      expect(yield* NeededModels.allMissing(store, needs)).toEqual([
        { needed: needs[0], model: { id: "needy", bytes: 75, byPip: true } },
        { needed: needs[2], model: { id: "data", bytes: 5, byPip: true } }
      ])
    })
  )

  Models.test(
    "leaves to the engine what the catalogue does not know",
    Effect.gen(function* () {
      const store = yield* Models.open({ folder: yield* Models.folder, catalogue: [small], offline: true })
      for (const wanted of ["nothing", "nowhere.gguf", "auto"])
        expect(yield* NeededModels.missing(store, { kind: "asr", wanted })).toBe(undefined)
      expect(yield* NeededModels.missing(store, { kind: "llm", wanted: "nowhere.gguf" })).toBe(undefined)
    })
  )

  Models.test(
    "takes for auto the first that fits the memory, and knows when a better one than that on the disk does",
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* Models.folder
      const auto = { kind: "llm", wanted: "auto" } as const
      const catalogue = [huge, good, small]
      const store = yield* Models.open({ folder, configFolder: folder, catalogue, offline: true })
      const best = { id: "good", bytes: Models.body.length, byPip: false }
      expect(yield* NeededModels.missing(store, auto)).toEqual(best)
      yield* fs.writeFile(`${folder}/here.gguf`, Models.body)
      expect(yield* NeededModels.missing(store, auto)).toBe(undefined)
      expect(yield* NeededModels.better(store, auto)).toEqual(best)
      expect(yield* NeededModels.better(store, { kind: "llm", wanted: "small" })).toBe(undefined)
    })
  )
})
