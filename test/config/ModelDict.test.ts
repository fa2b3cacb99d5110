import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import * as CurrentConfig from "../../src/config/CurrentConfig.ts"
import { ModelDict } from "../../src/config/ModelDict.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

const dictOf = Effect.fnUntraced(function* (folder: string) {
  const loaded = yield* ConfigFile.load(`${folder}/conf.yaml`)
  return yield* Effect.provide(
    ModelDict,
    ModelDict.layer.pipe(Layer.provide(CurrentConfig.CurrentConfig.layer(loaded)))
  )
})

const open = (files: Readonly<Record<string, string>>) =>
  Effect.flatMap(ConfigFolder.make({ "conf.yaml": ConfigFolder.minimal, ...files }), dictOf)

const faceless = { url: "", kScale: 0.5, initialXshift: 0, initialYshift: 0, emotionMap: {} }

layer(NodeContext.layer)("ModelDict", (it) => {
  it.scoped("gives a model with all its keys", () =>
    Effect.gen(function* () {
      const mili = {
        name: "mili",
        description: "",
        url: "/live2d-models/mili/mili.model3.json",
        kScale: 0.3,
        kXOffset: 1150,
        idleMotionGroupName: "Idle",
        emotionMap: { Joy: 3, anger: "angry_face" },
        tapMotions: { body: { tap: 30 } },
        something: [1, null]
      }
      const dict = yield* open({ "model_dict.json": JSON.stringify([{ name: "other", url: "/x" }, mili]) })
      expect(yield* dict.modelInfo("mili")).toEqual(mili)
    })
  )

  it.scoped("a model that is not in the file has no picture", () =>
    Effect.gen(function* () {
      const dict = yield* open({ "model_dict.json": "[]" })
      expect(yield* dict.modelInfo("nobody")).toEqual({ name: "nobody", ...faceless })
    })
  )

  it.scoped("a file that is not there is not worth a word", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const dict = yield* open({})
      expect(yield* dict.modelInfo("mili")).toEqual({ name: "mili", ...faceless })
      expect(lines).toEqual([])
    }).pipe(Effect.provide(ConfigFolder.logTo(lines)))
  })

  it.scoped.each(["{ not json", '{"name": "mili"}'])(
    "a broken file is said and has no models: %s",
    (text) => {
      const lines: Array<string> = []
      return Effect.gen(function* () {
        const dict = yield* open({ "model_dict.json": text })
        expect(yield* dict.modelInfo("mili")).toEqual({ name: "mili", ...faceless })
        expect(lines).toHaveLength(1)
        expect(lines[0]).toContain("model_dict.json")
      }).pipe(Effect.provide(ConfigFolder.logTo(lines)))
    }
  )

  it.scoped("one broken model does not take the others with it", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const models = [{ url: "/nameless" }, { name: "mili", url: "/m", emotionMap: null }]
      const dict = yield* open({ "model_dict.json": `\uFEFF${JSON.stringify(models)}` })
      expect(yield* dict.modelInfo("mili")).toEqual({ name: "mili", url: "/m", emotionMap: {} })
      expect(lines).toHaveLength(1)
      expect(lines[0]).toBe("model_dict.json:1:2 0.name: is required: a text; the model is left out")
    }).pipe(Effect.provide(ConfigFolder.logTo(lines)))
  })

  it.effect("the model that comes with the project has its emotions", () =>
    Effect.gen(function* () {
      const folder = new URL("../../", import.meta.url).pathname
      const dict = yield* dictOf(folder)
      expect((yield* dict.modelInfo("seiyuu_face")).emotionMap).toEqual({
        neutral: 0,
        joy: 1,
        sadness: 2,
        anger: 3,
        surprise: 4,
        fear: 5,
        disgust: 6,
        smirk: 7
      })
    })
  )
})
