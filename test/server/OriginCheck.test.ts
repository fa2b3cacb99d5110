import { assert, describe, it } from "@effect/vitest"
import * as OriginCheck from "../../src/server/OriginCheck.ts"
import { english } from "../../src/language/Text.ts"

const check = (
  origin: string | undefined,
  host: string | undefined,
  options: Partial<OriginCheck.OriginQuestion> = {}
) => OriginCheck.check({ origin, host, configuredHost: "localhost", allowedOrigins: [], ...options })

const local = "localhost:12393"

describe("OriginCheck: Origin", () => {
  const passes: ReadonlyArray<readonly [origin: string | undefined, host: string]> = [
    [undefined, local],
    ["http://localhost:12393", local],
    ["http://localhost:3000", local],
    ["https://localhost", local],
    ["HTTP://LOCALHOST:3000", local],
    ["http://localhost.", local],
    ["http://127.0.0.1:8080", local],
    ["http://127.255.0.7", local],
    ["http://127.1:8080", local],
    ["http://[::1]:5173", local],
    ["http://[::ffff:127.0.0.1]", local],
    ["http://app.localhost:9", local],
    ["tauri://localhost", local],
    ["capacitor://LocalHost", local],
    ["file://", local],
    ["file:///", local],
    ["http://192.168.1.5:12393", "192.168.1.5:12393"],
    ["http://192.168.1.5", "192.168.1.5"],
    ["http://192.168.1.5", "192.168.1.5:80"],
    ["https://192.168.1.5", "192.168.1.5:443"],
    ["https://192.168.1.5", "192.168.1.5"],
    ["http://[fe80::1]:12393", "[FE80:0::1]:12393"]
  ]
  for (const [origin, host] of passes) {
    it(`lets ${origin ?? "a request without origin"} use ${host}`, () => {
      assert.deepStrictEqual(check(origin, host), { allowed: true })
    })
  }

  const refused: ReadonlyArray<readonly [origin: string, host: string]> = [
    ["null", local],
    ["", local],
    ["https://evil.example", local],
    ["http://evil.example:12393", local],
    ["http://localhost.evil.example", local],
    ["http://notlocalhost", local],
    ["http://localhost@evil.example", local],
    ["http://evil.example@localhost", local],
    ["http://evil.example#localhost", local],
    ["http://localhost/page", local],
    ["http://localhost?x", local],
    ["http://localhost, http://evil.example", local],
    ["http://localhost http://evil.example", local],
    ["localhost", local],
    ["localhost:12393", local],
    ["127.0.0.1", local],
    ["file://evil.example", local],
    ["file:///home/user/page.html", local],
    ["chrome-extension://abcdefghijklmnop", local],
    ["data:text/html,x", local],
    ["blob:http://localhost/1", local],
    ["http://128.0.0.1", local],
    ["http://[::2]", local],
    ["http://0.0.0.0:12393", local],
    ["http://192.168.1.5:3000", "192.168.1.5:12393"],
    ["http://192.168.1.6:12393", "192.168.1.5:12393"],
    ["https://192.168.1.5:12393", "192.168.1.5:443"],
    ["http://[::1", local]
  ]
  for (const [origin, host] of refused) {
    it(`refuses ${JSON.stringify(origin)} at ${host}`, () => {
      const verdict = check(origin, host)
      assert.isFalse(verdict.allowed)
      if (!verdict.allowed) assert.include(verdict.reason, "Origin")
    })
  }
})

describe("OriginCheck: allowed_origins", () => {
  const allowedOrigins = [
    "https://Chat.Example.com",
    "http://panel.example:8080/",
    "app://desk",
    "not an origin",
    "null"
  ]
  const verdict = (origin: string, host = local) => check(origin, host, { allowedOrigins }).allowed

  it("lets listed origins pass, the scheme's port written or not, in any case", () => {
    assert.isTrue(verdict("https://chat.example.com"))
    assert.isTrue(verdict("https://CHAT.example.com:443"))
    assert.isTrue(verdict("http://panel.example:8080"))
    assert.isTrue(verdict("app://desk"))
    assert.isTrue(verdict("https://chat.example.com", "chat.example.com"))
  })

  it("compares scheme, name and port exactly", () => {
    assert.isFalse(verdict("http://chat.example.com"))
    assert.isFalse(verdict("https://chat.example.com:8443"))
    assert.isFalse(verdict("https://sub.chat.example.com"))
    assert.isFalse(verdict("https://chat.example.com.evil.example"))
    assert.isFalse(verdict("http://panel.example"))
    assert.isFalse(verdict("app://desk2"))
    assert.isFalse(verdict("null"))
    assert.isFalse(verdict("not an origin"))
  })
})

describe("OriginCheck: Host", () => {
  it("answers to loopback names, addresses, the configured host and hosts of allowed origins", () => {
    for (const host of [
      "localhost",
      "LOCALHOST:1",
      "a.localhost",
      "127.0.0.1:12393",
      "[::1]:12393",
      "10.0.0.8",
      "8.8.8.8:1"
    ]) {
      assert.isTrue(check(undefined, host).allowed, host)
    }
    assert.isTrue(check(undefined, "Seiyuu.lan:12393", { configuredHost: "seiyuu.lan" }).allowed)
    assert.isTrue(
      check("http://seiyuu.lan:12393", "seiyuu.lan:12393", { configuredHost: "seiyuu.lan" }).allowed
    )
    assert.isTrue(check(undefined, "[fd00::1]:12393", { configuredHost: "fd00::1" }).allowed)
    const allowedOrigins = ["https://chat.example.com:8443"]
    assert.isTrue(check(undefined, "chat.example.com", { allowedOrigins }).allowed)
    assert.isTrue(check("https://chat.example.com", "chat.example.com", { allowedOrigins }).allowed)
  })

  it("refuses a name that a stranger pointed at this computer, whatever the origin", () => {
    for (const origin of [undefined, "http://rebound.example:12393", "http://localhost", "file://"]) {
      const verdict = check(origin, "rebound.example:12393", { configuredHost: "0.0.0.0" })
      assert.isFalse(verdict.allowed)
      if (!verdict.allowed) assert.include(verdict.reason, "Host")
    }
  })

  it("refuses a missing or unreadable host", () => {
    for (const host of [
      undefined,
      "",
      " ",
      "a b",
      "localhost/x",
      "x@localhost",
      "localhost?",
      "localhost#",
      "localhost\\x",
      "localhost:port",
      "[::1",
      "localhost:99999",
      "localhost,evil"
    ]) {
      assert.isFalse(check(undefined, host).allowed, String(host))
    }
  })
})

describe("OriginCheck: memory", () => {
  it("answers the same the second time, and tells every pair of headers from every other", () => {
    const settings = { configuredHost: "localhost", allowedOrigins: ["https://chat.example.com"] }
    const ask = OriginCheck.remembering(settings)
    const origins = [undefined, "", "null", "https://chat.example.com", "https://evil.example"]
    const hosts = [undefined, "", local, "evil.example", "192.168.1.5"]
    for (const _ of ["first", "second"]) {
      for (const origin of origins)
        for (const host of hosts)
          assert.deepStrictEqual(ask({ origin, host }), check(origin, host, settings), `${origin} at ${host}`)
    }
  })

  it("goes on after more strangers than it remembers", () => {
    const ask = OriginCheck.remembering({ configuredHost: "localhost", allowedOrigins: [] })
    for (let index = 0; index < 250; index++)
      assert.isFalse(ask({ origin: `https://evil${index}.example`, host: local }).allowed)
    assert.isTrue(ask({ origin: undefined, host: local }).allowed)
  })
})

describe("OriginCheck: answer", () => {
  it("says what to set, without the stranger's text", () => {
    for (const verdict of [check("https://evil.example", local), check(undefined, "evil.example")]) {
      assert.isFalse(verdict.allowed)
      if (verdict.allowed) continue
      assert.include(english(verdict.words), "system_config.allowed_origins")
      assert.notInclude(english(verdict.words), "evil")
      assert.include(verdict.reason, "evil.example")
    }
  })

  it("keeps the log's line short and on one line", () => {
    const verdict = check(`https://evil.example/${"\n".repeat(5000)}`, local)
    assert.isFalse(verdict.allowed)
    if (verdict.allowed) return
    assert.isBelow(verdict.reason.length, 300)
    assert.notInclude(verdict.reason, "\n")
  })
})
