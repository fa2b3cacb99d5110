import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import * as RemoteFailure from "../../src/engine/RemoteFailure.ts"
import * as ServiceFailure from "../../src/engine/ServiceFailure.ts"
import { english } from "../../src/language/Text.ts"

const secret = "gsk-very-secret"
const about: ServiceFailure.About = {
  section: "asr_config.groq_whisper_asr",
  address: "https://api.example.com/openai/v1",
  keys: { address: "base_url", secret: "api_key", model: ["model"] },
  secrets: [Redacted.make(secret)]
}
const explained = (status: number, message: string) => {
  const said = JSON.stringify({ error: { message } })
  const { advice, detail, kind } = ServiceFailure.explain(about, new RemoteFailure.Refused({ status, said }))
  return { kind, detail: english(detail), advice: english(advice) }
}

// Words: what OpenAI, Groq, Azure, ElevenLabs and Deepgram answer, by their documentation of errors.
const cases: ReadonlyArray<readonly [status: number, message: string, kind: ServiceFailure.Kind]> = [
  [
    429,
    "Rate limit reached for model `whisper-large-v3` in organization `org_x` on audio seconds per hour (ASPH): Limit 7200, Used 7195, Requested 22. Please try again in 8.5s. Need more? Upgrade at https://console.groq.com/settings/billing",
    "busy"
  ],
  [
    429,
    "Rate limit reached for requests. Add a payment method at platform.openai.com/account/billing",
    "busy"
  ],
  [429, "You have exceeded the call rate limit of your quota. Please retry after 5 seconds.", "busy"],
  [429, "No more for now", "busy"],
  [429, "You exceeded your current quota, please check your plan and billing details.", "quota"],
  [429, "Billing hard limit has been reached", "quota"],
  [429, "Your account is not active, please check your billing details on our website.", "quota"],
  [403, "Out of call volume quota. Quota will be replenished in 2.03:25:10.", "quota"],
  [402, "Payment required", "quota"],
  [403, "Project `proj_x` does not have access to model `whisper-1`", "model"],
  [403, "You do not have access to this voice", "model"],
  [404, "The model `x` does not exist or you do not have access to it.", "model"],
  [403, "Country, region, or territory not supported", "other"],
  [403, "This output format needs the Creator tier", "other"],
  [403, "Forbidden", "key"],
  [403, "Invalid API key for model x: not found", "key"],
  [401, "Access denied due to invalid subscription key or wrong API endpoint.", "key"],
  [400, "Malformed; see example.com/billing", "other"]
]

describe("ServiceFailure", () => {
  for (const [status, message, kind] of cases)
    it(`takes ${status} "${message.slice(0, 50)}" for ${kind}`, () => {
      const found = explained(status, message)
      assert.strictEqual(found.kind, kind)
      // The service's own words are told, whatever is made of them.
      assert.include(found.detail, message.slice(0, 15))
    })

  it("advises what each needs", () => {
    assert.include(explained(429, "Rate limit reached").advice, "Wait")
    assert.strictEqual(
      explained(403, "Project does not have access to model x").advice,
      "Correct asr_config.groq_whisper_asr.model."
    )
    assert.notInclude(explained(403, "Country, region, or territory not supported").advice, "api_key")
    assert.include(explained(401, "Denied: wrong API endpoint").advice, "api_key")
  })

  it("quotes a refusal of the key without the key", () => {
    const { detail } = explained(401, `Incorrect API key provided: ${secret}, or gsk-v*********cret`)
    assert.include(detail, 'does not accept the key (status 401): "Incorrect API key provided: …, or …"')
  })
})
