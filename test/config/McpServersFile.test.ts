import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { ConfigProvider, Effect, Either, Layer, Redacted } from "effect"
import * as McpServersFile from "../../src/config/McpServersFile.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import { english } from "../../src/language/Text.ts"

const read = (text: string) =>
  Effect.flatMap(ConfigFolder.make({ "mcp_servers.json": text }), McpServersFile.read)

/** Why there is no such server, as a person reads it. */
const why = (file: McpServersFile.McpServersFile, name: string) =>
  Either.match(file.find(name), {
    onLeft: ({ advice, reason }) => `${english(reason)}. ${english(advice)}`,
    onRight: () => "it is there"
  })

layer(NodeContext.layer)("McpServersFile", (it) => {
  it.scoped.each(["mcp_servers", "mcpServers"])("reads servers of all kinds under %s", (key) =>
    Effect.gen(function* () {
      const servers = {
        time: {
          command: "uvx",
          args: ["mcp-server-time", 8080],
          env: { TZ: "UTC" },
          cwd: "tools",
          timeout: 30
        },
        web: { type: "http", url: "https://mcp.example/mcp", headers: { Authorization: "Bearer ${TOKEN}" } },
        old: { url: "https://mcp.example/sse", transport: "sse", confirm: true, client_calls: ["look"] }
      }
      const file = yield* read(JSON.stringify({ [key]: servers }, null, "\t"))
      expect(file.warnings).toEqual([])
      const time = Either.getOrThrow(file.find("time"))
      expect(time).toMatchObject({
        command: "uvx",
        args: ["mcp-server-time", "8080"],
        cwd: "tools",
        timeout: 30,
        confirm: false,
        client_calls: false
      })
      expect(Redacted.value(time.env)).toEqual({ TZ: "UTC" })
      const web = Either.getOrThrow(file.find("web"))
      expect(Redacted.value(web.headers)).toEqual({ Authorization: "Bearer sk-1" })
      expect(String(web.headers)).toBe("<redacted>")
      expect(web).toMatchObject({ url: "https://mcp.example/mcp", type: "http", timeout: 60 })
      expect(Either.getOrThrow(file.find("old"))).toMatchObject({ confirm: true, client_calls: ["look"] })
    }).pipe(Effect.provide(Layer.setConfigProvider(ConfigProvider.fromMap(new Map([["TOKEN", "sk-1"]])))))
  )

  it.scoped("says what is wrong with an entry, where it is and what to do; the others can be used", () =>
    Effect.gen(function* () {
      const file = yield* read(`{
  "mcp_servers": {
    "good": { "command": "uvx" },
    "bare": { "args": [] },
    "both": { "command": "uvx", "url": "https://mcp.example" },
    "ftp": { "url": "ftp://mcp.example" },
    "kind": { "url": "https://mcp.example", "transport": "htttp", "timeout": -1 },
    "unset": { "command": "uvx", "env": { "KEY": "\${NO_SUCH_KEY}" } },
    "asks": { "command": "uvx", "confirm": "sometimes" },
    "text": "uvx",
    "header": { "url": "https://mcp.example", "headers": { "Authorization": "Bearer SECRET\\nabc" } },
    "typo": { "command": "uvx", "arg": ["x"] }
  }
}`)
      expect(why(file, "good")).toBe("it is there")
      const at = (place: string, message: string) =>
        `mcp_servers.json:${place.replace(" ", " mcp_servers.")}: ${message}`
      const correct = "Correct mcp_servers.json."
      expect(why(file, "bare")).toBe(
        `${at("4:5 bare", "needs either command (a program on this machine) or url")}. ${correct}`
      )
      expect(why(file, "both")).toBe(
        `${at("5:33 both.url", "is there beside command: keep one of them")}. ${correct}`
      )
      expect(why(file, "ftp")).toBe(
        `${at("6:14 ftp.url", "expected an address that begins with http:// or https://")}. ${correct}`
      )
      expect(why(file, "kind")).toContain("kind.transport: expected one of stdio, http")
      expect(why(file, "kind")).toContain('(did you mean "http"?)')
      expect(why(file, "kind")).toContain("kind.timeout: expected a number from 0.1 to 86400, found -1")
      expect(why(file, "unset")).toContain(
        "unset.env.KEY: the environment variable NO_SUCH_KEY is not set: set it, or write ${NO_SUCH_KEY:-default}"
      )
      expect(why(file, "asks")).toContain("asks.confirm: expected true, false or a list of tool names")
      expect(why(file, "text")).toContain("text: expected a section of keys, found a text")
      expect(why(file, "godo")).toBe(
        'mcp_servers.json has no server "godo" (did you mean "good"?). ' +
          "Add it to mcp_servers.json, or take it out of mcp_enabled_servers."
      )
      expect(why(file, "header")).toMatch(
        /11:\d+ mcp_servers\.header\.headers\.Authorization: holds a character/u
      )
      expect(why(file, "header")).not.toContain("SECRET")
      expect(why(file, "typo")).toBe("it is there")
      expect(file.warnings).toEqual([
        'mcp_servers.json:12:33 mcp_servers.typo.arg: is not a known key (did you mean "args"?); it is ignored'
      ])
    })
  )

  it.scoped("warns of keys that a program has no use for", () =>
    Effect.gen(function* () {
      const file = yield* read(`{
  "mcp_servers": {
    "a": { "command": "x", "headers": { "X": "1" }, "transport": "http" },
    "b": { "command": "x", "oauth": {}, "type": "stdio" },
    "c": { "url": "https://mcp.example", "headers": { "X": "1" }, "transport": "http" }
  }
}`)
      const ignored = "is for a server with url, and this one has command; it is ignored"
      expect(file.warnings).toEqual([
        `mcp_servers.json:3:28 mcp_servers.a.headers: ${ignored}`,
        `mcp_servers.json:3:53 mcp_servers.a.transport: ${ignored}`,
        `mcp_servers.json:4:28 mcp_servers.b.oauth: ${ignored}`
      ])
    })
  )

  it.scoped("holds a variable that is not set against the server that names it, and no other", () =>
    Effect.gen(function* () {
      const env = { KEY: "${NO_SUCH_KEY}" }
      const servers = { a: { command: "x" }, "a.b": { command: "x", env } }
      const file = yield* read(JSON.stringify({ mcp_servers: servers }))
      expect(why(file, "a")).toBe("it is there")
      expect(why(file, "a.b")).toContain("NO_SUCH_KEY is not set")
    })
  )

  it.scoped("takes the servers of both keys, and says which one counts of two with one name", () =>
    Effect.gen(function* () {
      const file = yield* read(`{
  "mcp_servers": { "a": { "command": "ours" }, "off": { "command": "x", "disabled": true } },
  "mcpServers": { "a": { "command": "theirs" }, "b": { "command": "y" } }
}`)
      expect(Either.getOrThrow(file.find("a")).command).toBe("ours")
      expect(Either.getOrThrow(file.find("b")).command).toBe("y")
      expect(why(file, "off")).toBe(
        "it is disabled in mcp_servers.json. Take disabled out there, or the server out of mcp_enabled_servers."
      )
      expect(file.warnings).toEqual([
        "mcp_servers.json:3:19 mcpServers.a: is in mcp_servers too, which counts; this one is ignored"
      ])
      const half = yield* read('{"mcp_servers": [], "mcpServers": {"b": {"command": "y"}}}')
      expect(why(half, "b")).toBe("it is there")
      expect(half.warnings).toEqual([
        "mcp_servers.json:1:2 mcp_servers: is no section of servers by name; it is ignored"
      ])
    })
  )

  it.scoped.each<readonly [string, string]>([
    ['{"mcp_servers": {"a": {"command": "x"} "b": 1}}', "this is no JSON: a comma"],
    ['{"mcp_servers": {"a": {"command": "x"}}', "this is no JSON: a comma"],
    ["", "expected a section of servers by name"],
    ["[]", "expected a section of servers by name"],
    ['{"servers": {}}', "expected a section of servers by name"],
    ['{"mcp_servers": []}', "mcp_servers.json:1:2 mcp_servers: expected a section of servers by name"]
  ])("says why a whole file cannot be used: %s", ([text, reason]) =>
    Effect.map(read(text), (file) => expect(why(file, "a")).toContain(reason))
  )

  it.scoped("a file that is not there is said when it is asked for a server", () =>
    Effect.gen(function* () {
      const file = yield* McpServersFile.read(yield* ConfigFolder.make({}))
      expect(file.warnings).toEqual([])
      expect(why(file, "time")).toBe(
        "there is no mcp_servers.json beside the configuration file. " +
          "Create it, or take the server out of mcp_enabled_servers."
      )
    })
  )
})
