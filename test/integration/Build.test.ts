import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, text: readFileSync(join("src", name), "utf8") }))

/** Modules that run in a thread or process of their own, as those who start them name them. */
const started = sources.flatMap(({ name, text }) =>
  [...text.matchAll(/(?:WorkerThread\.start\(|ChildProcess\.argumentsOf\(|\bmodule: )"(\w+)"/gu)].map(
    ([, module]) => join(dirname(name), module!)
  )
)

describe("the build", () => {
  it("has a file for each module that is started by name, where its source is", () => {
    assert.isAbove(started.length, 9)
    for (const module of started) {
      assert.isTrue(existsSync(join("src", `${module}.ts`)), module)
      assert.isTrue(existsSync(join("dist", `${module}.js`)), module)
    }
  })

  it("knows all who start a module", () => {
    for (const { name, text } of sources) {
      if (/\bnew Worker\(|\bfork\(fileOf/u.test(text))
        assert.include(["supervision/WorkerThread.ts", "engine/ChildProcess.ts"], name)
      assert.notMatch(text, /(?:WorkerThread\.start|ChildProcess\.argumentsOf)\((?!")/u, name)
    }
  })

  it("leaves to later what few need", () => {
    const later = ["@a2a-js/sdk", "@letta-ai/letta-client", "node-llama-cpp", "pinyin-pro"]
    const read = new Set<string>()
    const load = (file: string) => {
      if (read.has(file)) return
      read.add(file)
      const text = readFileSync(file, "utf8")
      for (const [, from] of text.matchAll(/^(?:import|\}) ?(?:[^"'();]* )?(?:from )?"([^"]+)";$/gmu)) {
        assert.notInclude(later, from)
        if (from!.startsWith(".")) load(join(dirname(file), from!))
      }
    }
    load("dist/main.js")
    assert.isAbove(read.size, 3)
    assert.isEmpty([...read].filter((file) => /Agent-|o200k/u.test(file)))
  })
})
