import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ModelDict } from "../../src/config/ModelDict.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

const open = (files: Readonly<Record<string, string>>) =>
  Effect.flatMap(ConfigFolder.make(files), (folder) => Effect.provide(ModelDict, ModelDict.layer({ folder })))

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
      expect(dict.modelInfo("mili")).toEqual(mili)
    })
  )

  it.scoped("a model that is not in the file has no picture", () =>
    Effect.gen(function* () {
      const dict = yield* open({ "model_dict.json": "[]" })
      expect(dict.modelInfo("nobody")).toEqual({ name: "nobody", ...faceless })
    })
  )

  it.scoped("a file that is not there is not worth a word", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const dict = yield* open({})
      expect(dict.modelInfo("mili")).toEqual({ name: "mili", ...faceless })
      expect(lines).toEqual([])
    }).pipe(Effect.provide(ConfigFolder.logTo(lines)))
  })

  it.scoped.each(["{ not json", '{"name": "mili"}'])(
    "a broken file is said and has no models: %s",
    (text) => {
      const lines: Array<string> = []
      return Effect.gen(function* () {
        const dict = yield* open({ "model_dict.json": text })
        expect(dict.modelInfo("mili")).toEqual({ name: "mili", ...faceless })
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
      expect(dict.modelInfo("mili")).toEqual({ name: "mili", url: "/m", emotionMap: {} })
      expect(lines).toHaveLength(1)
      expect(lines[0]).toContain("model number 1")
    }).pipe(Effect.provide(ConfigFolder.logTo(lines)))
  })

  it.effect("the model that comes with the project has its emotions", () =>
    Effect.gen(function* () {
      const folder = new URL("../../", import.meta.url).pathname
      const dict = yield* Effect.provide(ModelDict, ModelDict.layer({ folder }))
      expect(dict.modelInfo("seiyuu_face").emotionMap).toEqual({
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
