import { NodeHttpClient } from "@effect/platform-node"
import { describe, expect, it, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as LlmAddress from "../../../src/command/doctor/LlmAddress.ts"
import { LlmConfig } from "../../../src/config/LlmConfig.ts"
import * as HttpAnswers from "../../support/HttpAnswers.ts"

const secret = "sk-a-secret-key"
const asked = { provider: "openai_llm", model: "m-1", host: "api.test" }

const judge = (answer: Partial<LlmAddress.Answer>) =>
  LlmAddress.judge(asked, { status: 200, location: undefined, models: undefined, ...answer })

describe("LlmAddress.judge", () => {
  it("tells a wrong key, another address, a fault of the server and a server of another kind apart", () => {
    expect(judge({ status: 401 })).toMatchObject({
      state: "broken",
      detail: expect.stringContaining("does not accept the key"),
      mend: expect.stringContaining("openai_llm.llm_api_key")
    })
    expect(judge({ status: 308, location: "https://new.test/v1/models" })).toMatchObject({
      state: "broken",
      detail: expect.stringContaining("new.test"),
      mend: expect.stringContaining("openai_llm.base_url")
    })
    expect(judge({ status: 503 })).toMatchObject({ state: "broken", detail: expect.stringContaining("503") })
    expect(judge({ status: 404 })).toMatchObject({ state: "warning" })
    expect(judge({ status: 200 })).toMatchObject({ state: "warning" })
  })

  it("finds the model in the list, with a folder before it or a tag behind it", () => {
    for (const id of ["m-1", "models/m-1", "m-1:latest"])
      expect(judge({ models: ["other", id] })).toMatchObject({ state: "ok" })
    expect(judge({ models: ["m-10", "xm-1"] })).toMatchObject({
      state: "warning",
      mend: expect.stringContaining("openai_llm.model")
    })
  })
})

const configs = (provider: string, base_url: string) =>
  Schema.decodeUnknown(LlmConfig)({ [provider]: { base_url, llm_api_key: secret, model: "m-1" } })

layer(NodeHttpClient.layerUndici, { excludeTestServices: true })("LlmAddress.check", (it) => {
  it.scoped("asks for the models alone, with the key as the provider wants it", () =>
    Effect.gen(function* () {
      const seen: Array<HttpAnswers.Asked> = []
      const body = JSON.stringify({ data: [{ id: "m-1" }] })
      const server = yield* HttpAnswers.serve((asked) => {
        seen.push(asked)
        return { status: 200, body }
      })
      const ofOpenAi = yield* configs("openai_compatible_llm", `${server.url}/v1/`)
      const ofClaude = yield* configs("claude_llm", server.url)
      const findings = [
        yield* LlmAddress.check(ofOpenAi, "openai_compatible_llm"),
        yield* LlmAddress.check(ofClaude, "claude_llm")
      ]
      expect(findings.map((finding) => finding?.state)).toEqual(["ok", "ok"])
      expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
        "GET /v1/models",
        "GET /v1/models"
      ])
      expect(seen[0]?.headers["authorization"]).toBe(`Bearer ${secret}`)
      expect(seen[1]?.headers).toMatchObject({
        "x-api-key": secret,
        "anthropic-version": expect.stringMatching(/^\d{4}-\d\d-\d\d$/u)
      })
    })
  )

  it.scoped("finds the list beside a template's address, and says what a public one leaves open", () =>
    Effect.gen(function* () {
      const paths: Array<string> = []
      const server = yield* HttpAnswers.serve(({ path }) => {
        paths.push(path)
        return { status: 200, body: JSON.stringify({ data: [{ id: "m-1" }] }) }
      })
      const template = yield* configs("stateless_llm_with_template", `${server.url}/v1/completions`)
      expect(yield* LlmAddress.check(template, "stateless_llm_with_template")).toMatchObject({ state: "ok" })
      expect(paths).toEqual(["/v1/models"])
      const openRouter = yield* configs("openrouter_llm", `${server.url}/v1`)
      expect(yield* LlmAddress.check(openRouter, "openrouter_llm")).toMatchObject({
        state: "ok",
        detail: expect.stringContaining("the key is not checked")
      })
    })
  )

  it.scoped("says that no server answers, and never the key", () =>
    Effect.gen(function* () {
      const address = `http://user:${secret}@127.0.0.1:${yield* HttpAnswers.freePort}/v1`
      const finding = yield* LlmAddress.check(yield* configs("ollama_llm", address), "ollama_llm")
      expect(finding).toMatchObject({
        state: "broken",
        detail: expect.stringMatching(/^no server answers at 127\.0\.0\.1:\d+$/u),
        mend: expect.stringContaining("ollama_llm.base_url")
      })
      expect(JSON.stringify(finding)).not.toContain(secret)
    })
  )

  it.scoped("reads no list that has no end", () =>
    Effect.gen(function* () {
      const server = yield* HttpAnswers.serve(() => ({
        status: 200,
        body: " ".repeat(2 ** 16),
        endless: true
      }))
      const finding = yield* LlmAddress.check(yield* configs("ollama_llm", server.url), "ollama_llm")
      expect(finding).toMatchObject({
        state: "warning",
        detail: expect.stringContaining("does not say which models it has")
      })
    })
  )

  it.effect("asks nobody about the model on this machine", () =>
    Effect.gen(function* () {
      expect(yield* LlmAddress.check(yield* Schema.decodeUnknown(LlmConfig)({}), "llama_cpp_llm")).toBe(
        undefined
      )
    })
  )
})
