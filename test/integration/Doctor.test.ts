import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import * as EmbeddedModel from "../support/EmbeddedModel.ts"
import * as HttpAnswers from "../support/HttpAnswers.ts"
import * as Processes from "../support/Processes.ts"
import * as SearchPath from "../support/SearchPath.ts"
import * as ServerFolder from "../support/ServerFolder.ts"

const limit = 180_000

interface Row {
  readonly what: string
  readonly state: string
  readonly detail: string
  readonly mend: string
}

/** The rows of the table; its columns begin where their headings do. */
const rowsOf = ([header = "", ...lines]: ReadonlyArray<string>): ReadonlyArray<Row> => {
  const starts = ["what", "state", "detail", "how to mend it"].map((heading) => header.indexOf(heading))
  expect(starts[0], header).toBe(0)
  return lines.map((line) => {
    const [what, state, detail, mend] = starts.map((start, at) => line.slice(start, starts[at + 1]).trim())
    return { what: what!, state: state!, detail: detail!, mend: mend! }
  })
}

/** Runs `seiyuu doctor` on the folder's `conf.yaml` to its end. `before`: what it printed before the table. */
const doctor = (folder: string, ...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const launched = yield* BuiltServer.launch(["doctor", "--config", `${folder}/conf.yaml`, ...args])
    const { code } = yield* launched.ended
    const { stderr, stdout } = launched
    const table = stdout.findIndex((line) => line.startsWith("what "))
    return { code, rows: rowsOf(stdout.slice(table)), before: stdout.slice(0, table), stdout, stderr }
  }).pipe(Effect.scoped)

const rowOf = (rows: ReadonlyArray<Row>, what: string) => rows.find((row) => row.what === what)

const ears = {
  asr_config: { asr_model: "sherpa_onnx_asr", sherpa_onnx_asr: { model: "whisper-tiny.en", language: "en" } },
  vad_config: { vad_model: "silero_vad" }
}

describe("seiyuu doctor", () => {
  it.scopedLive(
    "hears and speaks with all engines that two characters name, each once",
    () =>
      Effect.gen(function* () {
        const models = [yield* EmbeddedModel.obtain, yield* EmbeddedModel.whisperTinyEn]
        if (models.some(Option.isNone)) return
        const port = yield* HttpAnswers.freePort
        const folder = yield* ServerFolder.make({
          character: { ...ServerFolder.embedded("Hana"), ...ears },
          others: { "brook.yaml": { conf_name: "Brook", tts_config: { flite_tts: { voice: "rms" } } } },
          system: { port }
        })
        const { before, code, rows, stderr } = yield* doctor(folder)
        expect(rows.map(({ state, what }) => `${what}: ${state}`)).toEqual([
          "Node: ok",
          "conf.yaml: ok",
          "brook.yaml: ok",
          "port: ok",
          "models folder: ok",
          "database: ok",
          "llm llama_cpp_llm (Hana, Brook): ok",
          "tts flite_tts (Hana): ok",
          "tts flite_tts (Brook): ok",
          "asr sherpa_onnx_asr (Hana, Brook): ok",
          "vad silero_vad (Hana, Brook): ok"
        ])
        expect(rowOf(rows, "tts flite_tts (Hana)")?.detail).toMatch(/^1\.\d s of sound in /u)
        expect(rowOf(rows, "asr sherpa_onnx_asr (Hana, Brook)")?.detail).toMatch(/heard ".*(?:three|3).*"/iu)
        expect(rowOf(rows, "vad silero_vad (Hana, Brook)")?.detail).toMatch(/^found [12]\.\d s of speech/u)
        expect(code).toBe(0)
        expect(before).toEqual([])
        expect(stderr.filter((line) => !line.startsWith("Checking "))).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "says what is broken in each place and how to mend it, and no secret",
    () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const { secret } = ServerFolder
        const wrongKey = yield* HttpAnswers.serve(({ headers }) => ({
          status: headers["authorization"] === `Bearer ${secret}` ? 401 : 200,
          body: JSON.stringify({ error: { message: `no such key: ${secret}` } })
        }))
        const deaf = yield* HttpAnswers.freePort
        const mind = (base_url: string) => ({
          agent_settings: { basic_memory_agent: { llm_provider: "openai_compatible_llm" } },
          llm_configs: { openai_compatible_llm: { base_url, llm_api_key: secret, model: "m" } }
        })
        const base = ServerFolder.embedded("Hana")
        const folder = yield* ServerFolder.make({
          character: {
            ...base,
            agent_config: mind(`${wrongKey.url}/v1`),
            tts_config: { tts_model: "piper_tts", piper_tts: { model_path: "voice.onnx" } },
            asr_config: {
              asr_model: "whisper_cpp",
              whisper_cpp: { model_name: "base", model_dir: "", base_url: `http://127.0.0.1:${deaf}` }
            },
            vad_config: { vad_model: "silero_vad", silero_vad: { db_threshold: 95 } }
          },
          others: {
            "ann.yaml": {
              conf_name: "Ann",
              agent_config: {
                agent_settings: { basic_memory_agent: { llm_provider: "llama_cpp_llm" } },
                llm_configs: { llama_cpp_llm: { model_path: EmbeddedModel.id } }
              },
              tts_config: { tts_model: "flite_tts" }
            },
            "bob.yaml": {
              conf_name: "Bob",
              agent_config: mind(`http://127.0.0.1:${deaf}/v1`),
              tts_config: { tts_model: "flite_tts" },
              asr_config: { asr_model: "sherpa_onnx_asr", sherpa_onnx_asr: { model: "gpt-9" } }
            },
            "eve.yaml": { conf_name: "Eve", tts_config: { tts_model: "robot_tts" } }
          },
          system: { port: wrongKey.port, host: "127.0.0.1", models_dir: "models", offline: true, robots: 1 }
        })
        yield* fs.writeFileString(`${folder}/voice.onnx`, "no model")
        yield* fs.writeFileString(`${folder}/voice.onnx.json`, "{}")
        const { code, rows, stderr, stdout } = yield* doctor(folder)
        expect(code).toBe(1)

        const row = (what: string) => rowOf(rows, what) ?? rows.map(({ what }) => what)
        expect(row("conf.yaml")).toMatchObject({
          state: "warning",
          detail: expect.stringContaining("system_config.robots")
        })
        expect(row("eve.yaml")).toMatchObject({
          state: "broken",
          detail: expect.stringContaining("robot_tts")
        })
        expect(row("port")).toMatchObject({ state: "broken", detail: expect.stringContaining("taken") })
        expect(row("llm openai_compatible_llm (Hana)")).toMatchObject({
          state: "broken",
          detail: expect.stringContaining("does not accept the key")
        })
        expect(row("llm openai_compatible_llm (Bob)")).toMatchObject({
          state: "broken",
          detail: expect.stringContaining("no server answers")
        })
        expect(row("llm llama_cpp_llm (Ann)")).toMatchObject({
          state: "missing",
          mend: expect.stringContaining(` ${EmbeddedModel.id}" fetches 92.9 MB`)
        })
        expect(row("tts piper_tts (Hana)")).toMatchObject({
          state: "missing",
          mend: expect.stringContaining('conf.yaml espeak-ng-data" fetches 10.1 MB')
        })
        expect(row("tts flite_tts (Ann, Bob)")).toMatchObject({ state: "ok" })
        // Hana's own voice is silent: the one that comes along speaks to them.
        expect(row("asr whisper_cpp (Hana, Ann)")).toMatchObject({
          state: "broken",
          mend: expect.stringContaining("whisper-server")
        })
        expect(row("asr sherpa_onnx_asr (Bob)")).toMatchObject({
          state: "broken",
          detail: expect.stringContaining("whisper-base")
        })
        expect(row("vad silero_vad (Hana, Ann, Bob)")).toMatchObject({
          state: "broken",
          mend: expect.stringContaining("db_threshold")
        })
        const bad = rows.filter(({ state }) => state === "broken" || state === "missing")
        expect(stderr.at(-1)).toMatch(
          new RegExp(`^seiyuu: ${bad.length} of ${rows.length} checks failed`, "u")
        )
        for (const { mend, what } of bad) expect(mend, what).not.toBe("")
        expect([...stdout, ...stderr].join("\n")).not.toContain(secret)
        // Nothing has been fetched.
        expect(yield* fs.exists(`${folder}/models`)).toBe(false)
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "fetches what is missing when it is asked to, also offline, and says why if it cannot",
    () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const llm = yield* HttpAnswers.serve(() => ({
          status: 200,
          body: JSON.stringify({ data: [{ id: "stub-model" }] })
        }))
        const folder = yield* ServerFolder.make({
          character: {
            ...ServerFolder.stubbed("Hana", llm),
            tts_config: { tts_model: "piper_tts", piper_tts: { model_path: "voice.onnx" } }
          },
          system: { port: 0, models_dir: "models", offline: true }
        })
        const without = yield* SearchPath.withPrograms({}, doctor(folder, "--fetch"))
        expect(rowOf(without.rows, "pip")).toMatchObject({ state: "missing" })
        expect(rowOf(without.rows, "llm openai_compatible_llm")).toMatchObject({ state: "ok" })
        expect(rowOf(without.rows, "tts piper_tts")).toMatchObject({
          state: "missing",
          detail: expect.stringMatching(/^its model could not be fetched: .*pip/u)
        })

        const fetched = yield* doctor(folder, "--fetch")
        const row = rowOf(fetched.rows, "tts piper_tts")
        if (row?.state === "missing" && process.env.CI !== "true") {
          console.warn(`Not tested: ${row.detail}`)
          return
        }
        expect(fetched.before.join("\n")).toMatch(/downloading, \d+ % of 10\.1 MB/u)
        expect(yield* fs.readDirectory(`${folder}/models`)).toEqual(["espeak-ng-data"])
        // What was missing is here now; the voice itself is not.
        expect(row).toMatchObject({ state: "broken", detail: expect.stringContaining("voice.onnx") })
        expect(fetched.code).toBe(1)
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "says that a seiyuu is running there, and takes the configuration that is named before the command",
    () =>
      Effect.gen(function* () {
        const folder = yield* ConfigFolder.make({ "conf.yaml": ConfigFolder.minimal })
        const { url } = yield* BuiltServer.start(folder)
        const { port } = new URL(url)
        const launched = yield* BuiltServer.launch([
          "--config",
          `${folder}/conf.yaml`,
          "--port",
          port,
          "doctor"
        ])
        yield* launched.ended
        expect(rowOf(rowsOf(launched.stdout), "port")).toMatchObject({
          state: "ok",
          detail: expect.stringContaining("a seiyuu is running there")
        })
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "prints no table over a configuration that cannot be used, but what is wrong with it",
    () =>
      Effect.gen(function* () {
        const folder = yield* ConfigFolder.make({
          "conf.yaml": ConfigFolder.minimal.replace("flite_tts", "robot_tts")
        })
        const launched = yield* BuiltServer.launch(["doctor", "--config", `${folder}/conf.yaml`])
        expect(yield* launched.ended).toMatchObject({ code: 1 })
        expect(launched.stdout).toEqual([])
        expect(launched.stderr.join("\n")).toMatch(
          /^seiyuu: conf\.yaml:\d+:\d+ character_config\.tts_config\.tts_model: .*$/u
        )
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "leaves no process behind when it is interrupted in the middle of a check",
    () =>
      Effect.gen(function* () {
        const model = yield* EmbeddedModel.obtain
        if (Option.isNone(model)) return
        const folder = yield* ServerFolder.make({
          character: ServerFolder.embedded("Hana"),
          system: { port: 0 }
        })
        const launched = yield* BuiltServer.launch(["doctor", "--config", `${folder}/conf.yaml`])
        const isEngine = (pid: number) => Processes.commandOf(pid).includes("LlamaCppWorker")
        const children = yield* Effect.sync(() => Processes.descendants(launched.pid)).pipe(
          Effect.delay("5 millis"),
          Effect.repeat({ until: (pids) => pids.some(isEngine) })
        )
        yield* launched.send("SIGINT")
        expect(yield* launched.ended).toMatchObject({ code: 130 })
        expect(launched.stdout).toEqual([])
        expect(Processes.alive(children)).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )
})
