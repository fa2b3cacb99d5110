import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js"
import { describe, expect, it } from "vitest"
import * as CallFailure from "../../src/mcp/CallFailure.ts"
import * as InEnglish from "../support/InEnglish.ts"
import { english } from "../../src/language/Text.ts"

const refusal = (message: string, code: number = ErrorCode.InternalError) =>
  new CallFailure.Raw({ error: new McpError(code, message) })

describe("a failure of a server", () => {
  it("has the server's words without folders, cut before anything looks at them", () => {
    const { detail, reason } = CallFailure.verdictOf(refusal("no file /home/me/a.txt..."), "own", 1000)
    expect(reason).toBe("refused")
    expect(english(detail)).toBe("MCP server own refused it: no file a.txt")
    const long = CallFailure.verdictOf(refusal(`${" ".repeat(3000)}secret`), "own", 1000)
    expect(english(long.detail)).toBe("MCP server own refused it: ")
    const dots = CallFailure.verdictOf(refusal(`${".".repeat(100_000)}x`), "own", 1000)
    expect(english(dots.detail)).toBe("MCP server own refused it: ")
  })

  it("with the code of a closed connection is the server's own while the connection is open", () => {
    const failure = refusal("no licence for this", ErrorCode.ConnectionClosed)
    expect(InEnglish.of(CallFailure.verdictOf(failure, "own", 1000))).toMatchObject({
      reason: "refused",
      detail: "MCP server own refused it: no licence for this"
    })
    const ended = new CallFailure.Raw({ error: failure.error, ended: true })
    expect(CallFailure.verdictOf(ended, "own", 1000).reason).toBe("server-down")
    expect(english(CallFailure.notConnected(failure.error).reason)).toBe("it refused: no licence for this")
    const closed = new McpError(ErrorCode.ConnectionClosed, "Connection closed")
    expect(english(CallFailure.notConnected(closed).reason)).toBe("it ended")
  })

  it("that nobody knows is told in its own words, without a stack", () => {
    const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" })
    expect(CallFailure.notConnected(refused).cause).toBeUndefined()
    const odd = CallFailure.notConnected(new Error("odd at /home/me/x.js"))
    expect(english(odd.reason)).toBe("it does not answer as an MCP server does: odd at x.js")
    expect(odd.cause).toBeUndefined()
    const reset = Object.assign(new Error("read"), { code: "ECONNRESET" })
    expect(english(CallFailure.notConnected(reset).reason)).toBe("it closed the connection")
  })
})
