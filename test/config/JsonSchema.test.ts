import { Ajv } from "ajv"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import * as Yaml from "yaml"

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")
const validator = (name: string) =>
  new Ajv({ allErrors: true, allowUnionTypes: true, strict: false }).compile(
    JSON.parse(read(`docs/${name}`)) as object
  )

const problems = (name: string, yaml: string) => {
  const validate = validator(name)
  validate(Yaml.parse(yaml))
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

describe("the schemas for editors", () => {
  it("take the file that comes with the project, and one with every key", () => {
    expect(problems("conf.schema.json", read("conf.yaml"))).toEqual([])
    expect(problems("conf.schema.json", read("test/config/fixtures/every-key.yaml"))).toEqual([])
    for (const name of ["en_captain_brook", "zh_xiaolu"])
      expect(problems("character.schema.json", read(`characters/${name}.yaml`))).toEqual([])
  })

  it("take a variable wherever a value is wanted", () => {
    const values =
      "system_config: {port: '${PORT:-1}', offline: '${OFF}'}\ncharacter_config: {vad_config: {vad_model: '${VAD}'}}"
    expect(problems("character.schema.json", values.split("\n")[1] ?? "")).toEqual([])
    expect(problems("conf.schema.json", values).filter((problem) => problem.startsWith("/system"))).toEqual(
      []
    )
  })

  it("take what is read: sections that nothing chooses, nothing chosen, and truth in all its spellings", () => {
    const text = `system_config: {offline: YES, enable_proxy: n}
character_config:
  agent_config:
    agent_settings: {basic_memory_agent: {llm_provider: llama_cpp_llm}, letta_agent: {}}
    llm_configs: {groq_llm: {}}
  asr_config: {asr_model: '', azure_asr: {}}
  tts_config: {tts_model: flite_tts, azure_tts: {}}
`
    expect(problems("conf.schema.json", text)).toEqual([])
  })

  it("name what is misspelt, out of range or of another kind", () => {
    const found = problems(
      "conf.schema.json",
      read("conf.yaml")
        .replace("port: 12393", "port: 70000\n  prot: 1")
        .replace("vad_model: silero_vad", "vad_model: loud")
    )
    expect(found).toContain("/system_config must NOT have additional properties")
    expect(found).toContain("/system_config/port must be <= 65535")
    expect(found.some((problem) => problem.startsWith("/character_config/vad_config/vad_model"))).toBe(true)
  })
})
