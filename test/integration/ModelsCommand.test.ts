import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import * as SearchPath from "../support/SearchPath.ts"

const limit = 120_000

/** Runs `seiyuu models` with these arguments to its end. */
const models = (...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const launched = yield* BuiltServer.launch(["models", ...args])
    const { code } = yield* launched.ended
    return { code, stdout: launched.stdout.join("\n"), stderr: launched.stderr.join("\n") }
  }).pipe(Effect.scoped)

/** A `conf.yaml` whose models lie in `models` beside it. */
const folder = (system = "") =>
  ConfigFolder.make({
    "conf.yaml": `system_config:\n  models_dir: models\n${system}${ConfigFolder.minimal}`
  })

const lineOf = (table: string, id: string) =>
  table
    .split("\n")
    .map((line) => line.split(/ {2,}/u))
    .find(([first]) => first === id)

describe("seiyuu models", () => {
  it.scopedLive(
    "pulls, lists, finds and removes a model, also where the configuration is offline",
    () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const home = yield* folder("  offline: true\n")
        const config = ["--config", `${home}/conf.yaml`]
        const id = "espeak-ng-data"
        expect(yield* models("path", ...config)).toEqual({ code: 0, stdout: `${home}/models`, stderr: "" })
        expect(lineOf((yield* models("list", ...config)).stdout, id)).toEqual([
          id,
          "data",
          "many languages",
          "18.4 MB",
          "no",
          "GPL-3.0"
        ])
        expect(yield* models("path", ...config, id)).toEqual({
          code: 1,
          stdout: "",
          stderr: `seiyuu: The model "${id}" is not on this machine. Run "seiyuu models pull ${id}".`
        })

        const pulled = yield* models("pull", ...config, id)
        if (pulled.code !== 0 && process.env.CI !== "true") {
          console.warn(`Not tested: ${pulled.stderr}`)
          return
        }
        const place = `${home}/models/${id}/${id}`
        expect(pulled).toMatchObject({ code: 0, stderr: "" })
        expect(pulled.stdout).toMatch(
          new RegExp(`downloading, \\d+ % of 10\\.1 MB[^]*\n${id} is at ${place}$`, "u")
        )
        expect(lineOf((yield* models("list", ...config)).stdout, id)?.[4]).toBe("yes")
        expect((yield* models("path", ...config, id)).stdout).toBe(place)

        expect((yield* models("remove", ...config, id)).stdout).toBe(`${id} has been removed.`)
        expect(yield* fs.readDirectory(`${home}/models`)).toEqual([])
        expect(lineOf((yield* models("list", ...config)).stdout, id)?.[4]).toBe("no")
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "leaves alone what it did not fetch",
    () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const config = ["--config", `${yield* folder()}/conf.yaml`]
        const id = "silero-vad-v5"
        expect(lineOf((yield* models("list", ...config)).stdout, id)?.[4]).toBe("yes, where it lies")
        const place = (yield* models("pull", ...config, id)).stdout.replace(/^.* is at /u, "")
        expect((yield* models("remove", ...config, id)).stdout).toContain("not removed")
        expect(yield* fs.exists(place)).toBe(true)
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "knows the catalogue's ids, and says them to who doesn't, before it does anything",
    () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const home = yield* folder()
        const config = ["--config", `${home}/conf.yaml`]
        for (const command of ["pull", "remove", "path"]) {
          const ids = command === "path" ? ["gpt-9"] : ["espeak-ng-data", "gpt-9"]
          const { code, stderr, stdout } = yield* models(command, ...config, ...ids)
          expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
          expect(stderr).toMatch(/^seiyuu: The model "gpt-9" could not be had: .*whisper-base.*$/u)
        }
        expect(yield* fs.exists(`${home}/models`)).toBe(false)
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive.each([
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const)(
    "ends with the code of %s when that leaves a download unfinished",
    ([signal, code]) =>
      Effect.gen(function* () {
        const home = yield* folder()
        const launched = yield* SearchPath.withPrograms(
          { python3: "#!/bin/sh\nexec /bin/sleep 600\n" },
          BuiltServer.launch(["models", "pull", "--config", `${home}/conf.yaml`, "espeak-ng-data"])
        )
        yield* launched.until(() => (launched.stdout.join().includes("Fetching") ? true : undefined))
        yield* launched.send(signal)
        expect(yield* launched.ended).toEqual({ code, signal: null })
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "says that the models folder cannot be made, and does not try for ever",
    () =>
      Effect.gen(function* () {
        const home = yield* ConfigFolder.make({
          "conf.yaml": `system_config:\n  models_dir: /proc/nope/models\n${ConfigFolder.minimal}`
        })
        const { code, stderr } = yield* models("pull", "--config", `${home}/conf.yaml`, "espeak-ng-data")
        expect(code).toBe(1)
        expect(stderr).toMatch(/models folder cannot be made.*\(ENOENT\)\. Set system_config\.models_dir/u)
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "takes the configuration that is named before the command, and complains of one that is not there",
    () =>
      Effect.gen(function* () {
        const home = yield* folder()
        const launched = yield* BuiltServer.launch(["--config", `${home}/conf.yaml`, "models", "path"])
        yield* launched.ended
        expect(launched.stdout).toEqual([`${home}/models`])
        expect(yield* models("path", "--config", "/nowhere/conf.yaml")).toMatchObject({
          code: 1,
          stderr: expect.stringMatching(/^seiyuu: .*\/nowhere\/conf\.yaml/u)
        })
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )
})
