import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

/** Runs `seiyuu config` with these arguments; what it prints without the colours. */
const config = (...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const launched = yield* BuiltServer.launch(["config", ...args])
    const { code } = yield* launched.ended
    return { code, stdout: launched.stdout.join("\n"), stderr: launched.stderr.join("\n") }
  }).pipe(Effect.scoped)

/** Each command is a process of its own, in ms. */
const limit = 120_000

layer(NodeContext.layer, { excludeTestServices: true })("seiyuu config", (it) => {
  it.scoped(
    "check says what is in order, and by its exit code what is not",
    () =>
      Effect.gen(function* () {
        const good = yield* ConfigFolder.make({ "conf.yaml": ConfigFolder.minimal })
        expect(yield* config("check", `${good}/conf.yaml`)).toEqual({
          code: 0,
          stdout: "The configuration is in order.",
          stderr: ""
        })
        const ignored = yield* ConfigFolder.make({ "conf.yaml": `${ConfigFolder.minimal}extra: 1\n` })
        expect(yield* config("check", "--config", `${ignored}/conf.yaml`)).toMatchObject({
          code: 0,
          stdout: expect.stringMatching(/^warning: conf\.yaml:10:1 extra: .*\n.* with 1 warning\.$/u)
        })
        expect((yield* config("check", "--strict", `${ignored}/conf.yaml`)).code).toBe(1)
        const bad = yield* ConfigFolder.make({
          "conf.yaml": `system_config: {port: x}\n${ConfigFolder.minimal}`
        })
        expect(yield* config("check", `${bad}/conf.yaml`)).toEqual({
          code: 1,
          stdout:
            "error: conf.yaml:1:17 system_config.port: expected a whole number from 0 to 65535, found a text",
          stderr: "seiyuu: The configuration is not in order: 1 error, 0 warnings."
        })
        expect(yield* config("check", `${bad}/none.yaml`)).toMatchObject({
          code: 1,
          stderr: expect.stringContaining("none.yaml")
        })
      }),
    limit
  )

  it.scoped(
    "explain says what a key is, and what may have been meant",
    () =>
      Effect.gen(function* () {
        expect((yield* config("explain", "system_config.port")).stdout).toBe(
          [
            "system_config.port",
            "  The port to listen on; 0 lets the system choose.",
            "  value:   a whole number from 0 to 65535",
            "  default: 12393"
          ].join("\n")
        )
        expect((yield* config("explain", "silero_vad")).stdout).toMatch(
          /prob_threshold +0\.4 +Mean probability/u
        )
        expect((yield* config("explain", "base_url")).stdout).toMatch(
          /ollama_llm\.base_url +The server's address/u
        )
        expect((yield* config("explain")).stdout).toContain("character_config")
        expect(yield* config("explain", "system_config.prot")).toMatchObject({
          code: 1,
          stdout: "",
          stderr: expect.stringContaining('did you mean "system_config.port"?')
        })
      }),
    limit
  )

  it.scoped(
    "migrate writes only when it is told to, and keeps what was",
    () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const old = `system_config:\r\n  conf_version: v1.1.0 # ours\n  group_conversation_prompt: mine\n${ConfigFolder.minimal}`
        const folder = yield* ConfigFolder.make({ "conf.yaml": old })
        const file = `${folder}/conf.yaml`
        const dry = yield* config("migrate", file)
        expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining("has become") })
        expect(yield* fs.readFileString(file)).toBe(old)
        expect((yield* config("migrate", "--write", file)).code).toBe(0)
        expect(yield* fs.readFileString(`${file}.v1.1.0.bak`)).toBe(old)
        expect(yield* fs.readFileString(file)).toBe(
          `system_config:\r\n  conf_version: v1.2.1 # ours\n  tool_prompts:\r\n    group_conversation_prompt: mine\n${ConfigFolder.minimal}`
        )
        expect((yield* config("migrate", "--write", file)).stdout).toMatch(/newest form \(v1\.2\.1\)\.$/u)
      }),
    limit
  )
})
