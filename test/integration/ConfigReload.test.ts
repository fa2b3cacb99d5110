import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as StubProviders from "../support/StubProviders.ts"
import * as WebClient from "../support/WebClient.ts"

const nameOf = (client: WebClient.WebClient) =>
  Effect.map(client.nextOf("set-model-and-conf"), (message) =>
    message.type === "set-model-and-conf" ? message.conf_name : ""
  )

layer(NodeContext.layer, { excludeTestServices: true })("a running server", (it) => {
  it.scoped(
    "takes over a changed configuration for new sessions and switches, and keeps the old one if it is broken",
    () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const stub = yield* StubProviders.open()
        const folder = yield* ServerFolder.make({
          character: ServerFolder.stubbed("Hana", stub),
          others: { "brook.yaml": { conf_name: "Brook" } }
        })
        const file = `${folder}/conf.yaml`
        const server = yield* BuiltServer.start(folder)
        const client = yield* WebClient.connect(server.url)
        const quiet = yield* WebClient.connect(server.url)
        expect(yield* nameOf(client)).toBe("Hana")
        yield* client.send({ type: "use-extensions", config_changes: true })
        yield* client.nextOf("extensions-in-use")

        // As editors do that write another file and rename it.
        const text = yield* fs.readFileString(file)
        yield* fs.writeFileString(`${folder}/.conf.yaml.swp`, text.replace("Hana", "Sora"))
        yield* fs.rename(`${folder}/.conf.yaml.swp`, file)
        expect(yield* client.nextOf("config-changed")).toMatchObject({ files: ["conf.yaml"] })
        expect(yield* nameOf(yield* WebClient.connect(server.url))).toBe("Sora")

        yield* fs.writeFileString(`${folder}/characters/brook.yaml`, "character_config: {conf_name: River}\n")
        expect(yield* client.nextOf("config-changed")).toMatchObject({ files: ["brook.yaml"] })
        yield* client.send({ type: "switch-config", file: "brook.yaml" })
        expect(yield* nameOf(client)).toBe("River")

        yield* fs.writeFileString(file, text.replace("openai_tts", "opnai_tts"))
        const log = yield* Effect.repeat(
          Effect.delay(
            Effect.sync(() => server.stdout.join("\n")),
            "50 millis"
          ),
          { until: (log) => log.includes("cannot be used") }
        )
        expect(log).toMatch(/conf\.yaml:\d+:\d+ character_config\.tts_config\.tts_model: .*did you mean/u)
        expect(yield* nameOf(yield* WebClient.connect(server.url))).toBe("Sora")
        expect(quiet.received.some(({ type }) => type === "config-changed")).toBe(false)
        expect(yield* server.stop("SIGTERM")).toEqual({ code: 0, signal: null })
      }),
    60_000
  )
})
