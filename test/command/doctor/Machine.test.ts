import { FileSystem } from "@effect/platform"
import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { describe, expect, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Machine from "../../../src/command/doctor/Machine.ts"
import * as ConfigFolder from "../../support/ConfigFolder.ts"
import * as HttpAnswers from "../../support/HttpAnswers.ts"
import * as SearchPath from "../../support/SearchPath.ts"

describe("Machine", () => {
  it("knows which Node is too old", () => {
    const states = ["20.18.3", "20.19.0", "20.20.2", "18.20.0", "22.1.0"].map(
      (version) => Machine.node(version).state
    )
    expect(states).toEqual(["broken", "ok", "ok", "broken", "ok"])
    expect(Machine.node("18.1.0").mend).toContain("20.19")
  })

  it("warns of a disk on which the missing models have no room", () => {
    expect(Machine.disk("/m", 5e9, 5e9)).toMatchObject({ state: "ok", detail: "/m, 5.0 GB free" })
    expect(Machine.disk("/m", 5e9, 6e9)).toMatchObject({
      state: "warning",
      detail: expect.stringContaining("6.0 GB")
    })
    expect(Machine.disk("/m", Infinity, 6e9)).toMatchObject({ state: "ok", detail: "/m" })
  })
})

const services = Layer.mergeAll(NodeContext.layer, NodeHttpClient.layerUndici)

layer(services, { excludeTestServices: true })("Machine, for real", (it) => {
  it.scoped("tells a free port, one that is taken, and one at which a seiyuu is running", () =>
    Effect.gen(function* () {
      const free = yield* HttpAnswers.freePort
      expect(yield* Machine.port("localhost", free)).toMatchObject({ state: "ok", mend: "" })
      // It has let go of it.
      expect(yield* Machine.port("127.0.0.1", free)).toMatchObject({ state: "ok", mend: "" })

      const other = yield* HttpAnswers.serve(() => ({ status: 200, body: '{"sessions":"many"}' }))
      expect(yield* Machine.port("localhost", other.port)).toEqual({
        state: "broken",
        detail: `Port ${other.port} of 127.0.0.1 is taken by another program`,
        mend: expect.stringContaining("system_config.port")
      })

      const body = JSON.stringify({ sessions: 1, fibers: { turn: 1 }, engines: [], memory: {} })
      const headers = { "content-type": "application/json" }
      const seiyuu = yield* HttpAnswers.serve(({ path }) =>
        path === "/status" ? { status: 200, headers, body } : { status: 404 }
      )
      expect(yield* Machine.port("localhost", seiyuu.port)).toMatchObject({
        state: "ok",
        detail: expect.stringContaining("a seiyuu is running there")
      })
    })
  )

  it.scoped("knows what is no address of this machine, and lets the system choose a port", () =>
    Effect.gen(function* () {
      expect(yield* Machine.port("192.0.2.1", 0)).toMatchObject({
        state: "broken",
        detail: "192.0.2.1 is no address of this computer"
      })
      expect(yield* Machine.port("localhost", 0)).toMatchObject({ state: "ok" })
    })
  )

  it.scoped("looks whether the models folder can be made, without making it", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* ConfigFolder.make({ file: "no folder" })
      expect(yield* Machine.modelsFolder(`${folder}/a/b`, 0)).toMatchObject({
        state: "ok",
        detail: expect.stringMatching(/\/a\/b, .* free$/u)
      })
      expect(yield* fs.readDirectory(folder)).toEqual(["file"])
      // All of it may be written to, says this file system, and takes nothing.
      expect(yield* Machine.modelsFolder("/proc/nope/models", 0)).toMatchObject({
        state: "broken",
        detail: expect.stringContaining("/proc (ENOENT)"),
        mend: expect.stringContaining("models_dir")
      })
      expect(yield* Machine.modelsFolder(`${folder}/file/b`, 0)).toMatchObject({
        state: "broken",
        mend: expect.stringContaining("models_dir")
      })
    })
  )

  it.scoped("runs pip by python, only where there is no python3", () =>
    Effect.gen(function* () {
      const works = '#!/bin/sh\n[ "$1 $2" = "-m pip" ]\n'
      const fails = "#!/bin/sh\nexit 1\n"
      expect(yield* SearchPath.withPrograms({ python3: works }, Machine.pip)).toMatchObject({ state: "ok" })
      expect(yield* SearchPath.withPrograms({ python3: fails, python: works }, Machine.pip)).toMatchObject({
        state: "missing"
      })
      expect(yield* SearchPath.withPrograms({ python: works }, Machine.pip)).toMatchObject({ state: "ok" })
      expect(yield* SearchPath.withPrograms({ python3: fails }, Machine.pip)).toMatchObject({
        state: "missing"
      })
      expect(yield* SearchPath.withPrograms({}, Machine.pip)).toMatchObject({ state: "missing" })
    })
  )
})
