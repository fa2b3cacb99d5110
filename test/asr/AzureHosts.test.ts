import { assert, describe, it } from "@effect/vitest"
import * as AzureHosts from "../../src/asr/AzureHosts.ts"

const east = {
  short: "https://eastus.stt.speech.microsoft.com",
  fast: "https://eastus.api.cognitive.microsoft.com"
}
const named = {
  short: "https://my-speech.cognitiveservices.azure.com/stt",
  fast: "https://my-speech.cognitiveservices.azure.com"
}

// Microsoft's documentation: "Speech to text REST API for short audio", "Use Speech service through a private endpoint",
// "Speech service in sovereign clouds".
describe("AzureHosts", () => {
  for (const [address, hosts] of [
    ["https://eastus.api.cognitive.microsoft.com", east],
    ["https://eastus.stt.speech.microsoft.com", east],
    ["https://my-speech.cognitiveservices.azure.com", named],
    ["https://my-speech.cognitiveservices.azure.com/stt", named],
    [
      "https://chinanorth2.api.cognitive.azure.cn",
      {
        short: "https://chinanorth2.stt.speech.azure.cn",
        fast: "https://chinanorth2.api.cognitive.azure.cn"
      }
    ],
    [
      "http://127.0.0.1:5000/speech",
      { short: "http://127.0.0.1:5000/speech", fast: "http://127.0.0.1:5000/speech" }
    ]
  ] as const)
    it(`knows both services by ${address}`, () =>
      assert.deepStrictEqual(AzureHosts.ofAddress(address), hosts))

  it("knows a region by both of its names, and the clouds of their own", () => {
    assert.deepStrictEqual(AzureHosts.ofRegion("eastus"), east)
    assert.deepStrictEqual(AzureHosts.ofRegion("East US"), east)
    assert.strictEqual(
      AzureHosts.ofRegion("USGov Virginia").fast,
      "https://usgovvirginia.api.cognitive.azure.us"
    )
    assert.strictEqual(
      AzureHosts.ofRegion("evil.example/").short,
      "https://evilexample.stt.speech.microsoft.com"
    )
  })
})
