import { readFileSync } from "node:fs"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as SocketTalk from "../support/SocketTalk.ts"
import * as StubProviders from "../support/StubProviders.ts"

const limit = 60_000

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string
}

/** Runs the server with these arguments to its end; what it prints without the colours. */
const run = (...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const launched = yield* BuiltServer.launch(args)
    const ended = yield* launched.ended
    // oxlint-disable-next-line no-control-regex
    const plain = (lines: ReadonlyArray<string>) => lines.join("\n").replaceAll(/\u001b\[[\d;]*m/gu, "")
    return { ...ended, stdout: plain(launched.stdout), stderr: plain(launched.stderr) }
  }).pipe(Effect.scoped)

/** What a `conf.yaml` of this text makes the server say before it ends with code 1: one line, for people. */
const complaintAbout = Effect.fnUntraced(function* (yaml: string) {
  const folder = yield* ConfigFolder.make({ "conf.yaml": yaml })
  return yield* complaint("--config", `${folder}/conf.yaml`, "--port", "0")
}, Effect.provide(NodeContext.layer))

const complaint = (...args: ReadonlyArray<string>) =>
  Effect.map(run(...args), ({ code, stderr, stdout }) => {
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr.split("\n"), stderr).toHaveLength(1)
    expect(stderr).not.toMatch(/^\s+at |\.(ts|js):\d+/mu)
    return stderr
  })

describe("the command line", () => {
  it.live(
    "explains itself and says its version",
    () =>
      Effect.gen(function* () {
        const help = yield* run("--help")
        expect(help).toMatchObject({ code: 0, stderr: "" })
        for (const option of ["--config", "--host", "--port"]) expect(help.stdout).toContain(option)
        expect(yield* run("--version")).toMatchObject({
          code: 0,
          stdout: expect.stringMatching(new RegExp(`^${version}\\s*$`, "u")),
          stderr: ""
        })
      }),
    limit
  )

  it.scopedLive(
    "says that a port is taken",
    () =>
      Effect.gen(function* () {
        const stub = yield* StubProviders.open()
        const folder = yield* ServerFolder.make({ character: ServerFolder.stubbed("Hana", stub) })
        const { url } = yield* BuiltServer.start(folder)
        const { port } = new URL(url)
        const other = yield* ServerFolder.make({ character: ServerFolder.stubbed("Brook", stub) })
        expect(yield* complaint("--config", `${other}/conf.yaml`, "--port", port)).toMatch(
          new RegExp(`^seiyuu: .*${port}.*taken.*--port`, "u")
        )
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "says which ports there are",
    () =>
      Effect.gen(function* () {
        for (const port of ["70000", "-1"])
          expect(yield* complaint("--port", port)).toMatch(/^seiyuu: --port .*from 0 .* to 65535/u)
      }),
    limit
  )

  it.scopedLive(
    "says that there is no such configuration",
    () =>
      Effect.gen(function* () {
        expect(yield* complaint("--config", "/nowhere/conf.yaml")).toMatch(
          /^seiyuu: .*\/nowhere\/conf\.yaml/u
        )
      }),
    limit
  )

  it.scopedLive(
    "says where a configuration is broken",
    () =>
      Effect.gen(function* () {
        expect(yield* complaintAbout('character_config:\n  conf_name: "Hana\n')).toMatch(
          /^seiyuu: conf\.yaml:\d+:\d+ /u
        )
      }),
    limit
  )

  it.scopedLive(
    "says which engine it does not know, and which it does",
    () =>
      Effect.gen(function* () {
        expect(yield* complaintAbout(ConfigFolder.minimal.replace("flite_tts", "robot_tts"))).toMatch(
          /^seiyuu: conf\.yaml:\d+:\d+ character_config\.tts_config\.tts_model: .*flite_tts/u
        )
        expect(yield* complaintAbout(ConfigFolder.minimal.replace("llama_cpp_llm", "robot_llm"))).toMatch(
          /^seiyuu: conf\.yaml:\d+:\d+ character_config\.agent_config\.agent_settings\.basic_memory_agent\.llm_provider: .*llama_cpp_llm/u
        )
      }),
    limit
  )

  it.scopedLive(
    "goes on as text while its voice does not answer, and says so once",
    () =>
      Effect.gen(function* () {
        const stub = yield* StubProviders.open()
        const character = {
          ...ServerFolder.stubbed("Hana", stub),
          tts_config: { tts_model: "bark_tts", bark_tts: { base_url: "http://127.0.0.1:9", voice: "x" } }
        }
        const server = yield* BuiltServer.start(yield* ServerFolder.make({ character }))
        const client = yield* SocketTalk.open(server.url)
        for (let count = 0; count < 2; count++) {
          const turn = yield* client.ask("Hello")
          expect(SocketTalk.spoken(turn).map(({ audio }) => audio)).toEqual([null, null, null])
        }
        const errors = client.web.received.map(SocketTalk.summary).filter((text) => text.startsWith("error"))
        expect(errors).toEqual([expect.stringMatching(/bark_tts: no server answers .* goes on as text/u)])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )
})
