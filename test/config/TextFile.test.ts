import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import * as TextFile from "../../src/config/TextFile.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

/** A configuration with that persona, in whatever encoding, as it is read. */
const loaded = Effect.fnUntraced(function* (persona: Uint8Array, mark: Uint8Array = Buffer.alloc(0)) {
  const folder = yield* ConfigFolder.make({})
  const start = `character_config:
  conf_name: Hana
  conf_uid: hana
  agent_config: {agent_settings: {basic_memory_agent: {llm_provider: llama_cpp_llm}}}
  tts_config: {tts_model: flite_tts}
  persona_prompt: `
  const bytes = Buffer.concat([mark, Buffer.from(start), persona, Buffer.from("\n")])
  yield* (yield* FileSystem.FileSystem).writeFile(`${folder}/conf.yaml`, bytes)
  const { config } = yield* ConfigFile.load(`${folder}/conf.yaml`)
  return config.character_config.persona_prompt
})

it.scoped("reads UTF-8, with and without a byte order mark, and GBK", () =>
  Effect.gen(function* () {
    const utf8 = Buffer.from("你好")
    expect(yield* loaded(utf8)).toBe("你好")
    expect(yield* loaded(utf8, Uint8Array.of(0xef, 0xbb, 0xbf))).toBe("你好")
    expect(yield* loaded(Uint8Array.of(0xc4, 0xe3, 0xba, 0xc3))).toBe("你好")
  }).pipe(Effect.provide(NodeContext.layer))
)

it.scoped("says where a byte stands that belongs to no text", () =>
  Effect.gen(function* () {
    const failure = yield* Effect.flip(loaded(Uint8Array.of(0x61, 0x81, 0x20, 0x62)))
    expect(failure.message).toContain("conf.yaml:6:20 a byte here belongs to no text: save the file as UTF-8")
  }).pipe(Effect.provide(NodeContext.layer))
)

it.scoped("gives back every byte, whatever the encoding is", () =>
  Effect.gen(function* () {
    const file = `${yield* ConfigFolder.make({})}/text.yaml`
    const fs = yield* FileSystem.FileSystem
    const gbk = [0xc4, 0xe3, 0xba, 0xc3, 0x0d, 0x0a, 0x61, 0x81, 0x5c]
    for (const bytes of [gbk, [0xef, 0xbb, 0xbf, 0x61], [...Buffer.from("你好 a")]]) {
      yield* fs.writeFile(file, Uint8Array.from(bytes))
      const read = yield* TextFile.read(file)
      expect([...(TextFile.bytesLike(read, read.text) ?? [])]).toEqual(bytes)
    }
    yield* fs.writeFile(file, Uint8Array.from(gbk))
    expect(TextFile.bytesLike(yield* TextFile.read(file), "🦊")).toBeUndefined()
  }).pipe(Effect.provide(NodeContext.layer))
)
