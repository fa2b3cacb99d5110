import { execFile } from "node:child_process"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { expect, it } from "vitest"

const require = createRequire(import.meta.url)
const support = (name: string) => fileURLToPath(new URL(`../support/${name}`, import.meta.url))
const suite = require.resolve("@modelcontextprotocol/conformance/dist/index.js")
const command = [process.execPath, "--import", require.resolve("tsx"), support("ConformanceClient.ts")].join(
  " "
)

const run = (...args: ReadonlyArray<string>) =>
  promisify(execFile)(process.execPath, ["--import", support("conformance-hook.mjs"), suite, ...args])

/** Each starts two programs, one of them from TypeScript. */
const limit = 120_000

/** What a client of our kind is meant for. */
const meant = ["initialize", "tools_call", "sse-retry", "auth/client-credentials-basic"]

/** What is not offered, with the reason. */
const notMeant: ReadonlyArray<readonly [RegExp, string]> = [
  [
    /^elicitation-/u,
    "a server may not ask the person: the client would have to answer with defaults that nobody has agreed to"
  ],
  [
    /^auth\/client-credentials-jwt$/u,
    "of the two ways for programs to get a token, the secret is built, and the signed key is not"
  ],
  [
    /^auth\//u,
    "signing in takes a person at a web page, and the server has none to show; a key goes into the entry's headers"
  ]
]

it(
  "every scenario of the suite is run, or left out for a reason",
  async () => {
    const { stdout } = await run("list", "--client")
    const scenarios = [...stdout.matchAll(/^ {2}- (\S+)/gmu)].map(([, name]) => name!)
    expect(scenarios).toEqual(expect.arrayContaining(meant))
    expect(
      scenarios.filter((name) => !meant.includes(name) && !notMeant.some(([names]) => names.test(name)))
    ).toEqual([])
  },
  limit
)

it.each(meant)(
  "passes %s",
  async (scenario) => {
    const { stderr, stdout } = await run("client", "--command", command, "--scenario", scenario)
    expect(stdout + stderr).toMatch(/Passed: (\d+)\/\1, 0 failed, 0 warnings/u)
  },
  limit
)
