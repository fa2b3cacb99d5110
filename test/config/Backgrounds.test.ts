import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Backgrounds from "../../src/config/Backgrounds.ts"
import { Settings } from "../../src/config/Settings.ts"
import { systemConfig } from "../support/Fixtures.ts"

const listOf = (folder: string) =>
  Effect.provideService(Backgrounds.list, Settings, { folder, system: systemConfig })

describe("Backgrounds.list", () => {
  it.scoped("lists pictures by name, and nothing else", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const folder = yield* files.makeTempDirectoryScoped()
      expect(yield* listOf(folder)).toEqual([])
      yield* files.makeDirectory(`${folder}/backgrounds`)
      for (const name of ["night.jpeg", "day.PNG", ".hidden.png", "notes.txt", "b.gif"]) {
        yield* files.writeFileString(`${folder}/backgrounds/${name}`, "")
      }
      expect(yield* listOf(folder)).toEqual(["b.gif", "day.PNG", "night.jpeg"])
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scoped("ships the background that clients show by default", () =>
    Effect.gen(function* () {
      expect(yield* listOf(".")).toContain("ceiling-window-room-night.jpeg")
    }).pipe(Effect.provide(NodeContext.layer))
  )
})
