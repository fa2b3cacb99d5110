import { NodeContext } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Catalogue from "../../src/models/Catalogue.ts"

it.effect("every entry can be had and is what its engine says", () =>
  Effect.gen(function* () {
    const catalogue = yield* Catalogue.shipped
    const ids = catalogue.map(({ id }) => id)
    assert.deepStrictEqual(ids, [...new Set(ids)])
    for (const { engine, files, folders, id, needs, recipe } of catalogue) {
      assert.isAbove(files.length + folders.length, 0, id)
      for (const need of needs) assert.include(ids, need, id)
      const downloads = recipe === undefined ? files : Catalogue.ingredientsOf(recipe)
      for (const { name, sources } of downloads) assert.isAbove(sources.length, 0, `${id} ${name}`)
      const names = [...files, ...folders].map(({ name }) => name)
      // A value that looks like a file is one of them.
      for (const value of Object.values(engine).filter((value) => value.includes(".")))
        assert.include(names, value, id)
    }
  }).pipe(Effect.provide(NodeContext.layer))
)

it.effect("prefers the recogniser of many languages", () =>
  Effect.gen(function* () {
    const catalogue = yield* Catalogue.shipped
    const recognisers = catalogue.filter(({ kind }) => kind === "asr").map(({ id }) => id)
    assert.deepStrictEqual(recognisers.slice(0, 2), ["whisper-base", "whisper-tiny.en"])
  }).pipe(Effect.provide(NodeContext.layer))
)
