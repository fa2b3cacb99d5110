import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

const limit = 180_000

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "moving "))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

const seiyuu = (...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const launched = yield* BuiltServer.launch(args)
    const { code } = yield* launched.ended
    return { code, stdout: launched.stdout.join("\n"), stderr: launched.stderr.join("\n") }
  }).pipe(Effect.scoped)

const write = (folder: string, name: string, text: string) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}

/** Every file below a folder, with its content. */
const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, "latin1")])
  )

const uidOf = (index: number) =>
  `2025-01-${String(1 + (index % 28)).padStart(2, "0")}_10-00-00_${index.toString(16).padStart(32, "0")}`

const conversation = (index: number) => [
  { role: "metadata", timestamp: "2025-01-01T10:00:01" },
  { role: "human", timestamp: "2025-01-01T10:00:02", content: `Question ${index}` },
  {
    role: "ai",
    timestamp: "2025-01-01T10:00:03",
    content: `答え ${index} 🌸 <b>`,
    name: "雫",
    avatar: "雫.png"
  },
  { role: "system", timestamp: "2025-01-01T10:00:04", content: "[Interrupted by user]" }
]

/** A folder of Open-LLM-VTuber with so many whole conversations of two characters. */
const upstream = (count: number) =>
  Effect.map(temporary, (folder) => {
    write(folder, "conf.yaml", ConfigFolder.minimal)
    write(folder, "characters/小鹿.yaml", "character_config:\n  conf_name: 小鹿\n  conf_uid: 小鹿_1\n")
    write(folder, "characters/broken.yaml", 'character_config:\n  conf_name: "Ha\n')
    write(folder, "model_dict.json", '[{"name": "shizuku"}]')
    write(folder, "mcp_servers.json", '{"mcp_servers": {"time": {"command"')
    write(folder, "live2d-models/shizuku/shizuku.model3.json", "{}")
    write(folder, "live2d-models/shizuku/textures/a.png", "png")
    write(folder, "avatars/雫.png", "png")
    write(folder, "backgrounds/empty.jpg", "")
    write(folder, "prompts/utils/live.txt", "Be lively.")
    for (const code of ["__init__.py", "__pycache__/loader.cpython-310.pyc"])
      write(folder, `prompts/${code}`, "")
    symlinkSync("/etc/hostname", join(folder, "avatars", "out.png"))
    symlinkSync("..", join(folder, "backgrounds", "round"))
    for (let index = 0; index < count; index++) {
      const character = index % 2 === 0 ? "小鹿_1" : "base_001"
      write(folder, `chat_history/${character}/${uidOf(index)}.json`, JSON.stringify(conversation(index)))
    }
    const other = join("chat_history", "base_001")
    write(folder, join(other, "cut.json"), JSON.stringify(conversation(0)).slice(0, 90))
    write(folder, join(other, "shape.json"), '[{"role": "metadata"}, {"role": "robot", "content": "x"}]')
    write(folder, join(other, "empty.json"), '[{"role": "metadata", "timestamp": "2025-01-01T10:00:01"}]')
    return folder
  })

const rows = (stdout: string) =>
  Object.fromEntries(
    stdout
      .split("\n")
      .map((line) => /^(\S.*?) {2,}(\d+(?: +\d+){5})$/u.exec(line))
      .flatMap((row) => (row === null ? [] : [[row[1]!, row[2]!.split(/ +/u).map(Number)]]))
  )

describe("moving in and out", () => {
  it.scopedLive(
    "takes over ten thousand conversations and all files, once, and gives the same back",
    () =>
      Effect.gen(function* () {
        const count = 10_000
        const from = yield* upstream(count)
        const before = contents(from)
        const target = yield* temporary
        const config = ["--config", join(target, "conf.yaml")]

        const planned = yield* seiyuu("import", "--dry-run", from, ...config)
        expect(planned, planned.stderr).toMatchObject({ code: 0, stderr: "" })
        expect(readdirSync(target)).toEqual([])

        const moved = yield* seiyuu("import", from, ...config)
        expect(moved, moved.stderr).toMatchObject({ code: 0, stderr: "" })
        const expected = {
          configuration: [1, 0, 0, 0, 0, 0],
          characters: [1, 0, 0, 0, 0, 1],
          "avatar dictionary": [1, 0, 0, 0, 0, 0],
          "MCP servers": [0, 0, 0, 0, 0, 1],
          prompts: [1, 0, 0, 0, 0, 0],
          "Live2D models": [2, 0, 0, 0, 0, 0],
          avatars: [1, 0, 0, 0, 0, 0],
          backgrounds: [0, 0, 0, 0, 0, 1],
          conversations: [count, 0, 0, 0, 1, 2]
        }
        expect(rows(moved.stdout)).toEqual(expected)
        expect(rows(planned.stdout)).toEqual(rows(moved.stdout))
        for (const remark of [
          /^characters\/broken\.yaml: is no YAML: line \d/mu,
          /^mcp_servers\.json: is no whole JSON/mu,
          /^avatars\/out\.png: is a link that leads out/mu,
          /^backgrounds\/round: leads round in a circle/mu,
          /^chat_history\/base_001\/cut\.json: is no whole JSON/mu,
          /^chat_history\/base_001\/shape\.json: element 2, role: is neither human nor ai nor system/mu
        ])
          expect(moved.stdout).toMatch(remark)
        const copied = contents(target)
        for (const name of ["conf.yaml", "characters/小鹿.yaml", "avatars/雫.png", "prompts/utils/live.txt"])
          expect(copied[name]).toBe(before[name])
        expect(Object.keys(copied).filter((name) => /out\.png|broken|\.part$|\.bak/u.test(name))).toEqual([])

        const again = yield* seiyuu("import", from, ...config)
        expect(rows(again.stdout)).toMatchObject({
          configuration: [0, 0, 1, 0, 0, 0],
          conversations: [0, 0, count, 0, 1, 2]
        })
        expect(Object.keys(contents(target))).toEqual(Object.keys(copied))
        expect(contents(from)).toEqual(before)

        const out = join(yield* temporary, "out")
        expect(yield* seiyuu("export", out, ...config)).toEqual({
          code: 0,
          stdout: `Conversations written to ${out}: ${count}.`,
          stderr: ""
        })
        const json = (files: Record<string, string>) =>
          Object.fromEntries(
            Object.entries(files)
              .filter(([name]) => /^chat_history.*-00_[\da-f]+\.json$/u.test(name))
              .map(([name, text]) => [name, JSON.parse(text) as unknown])
          )
        const written = json(contents(out))
        expect(Object.keys(written)).toHaveLength(count)
        expect(written).toEqual(json(before))
      }),
    limit
  )

  it.scopedLive(
    "keeps what is here and different, or replaces it and keeps it beside",
    () =>
      Effect.gen(function* () {
        const from = yield* upstream(4)
        const target = yield* temporary
        const config = ["--config", join(target, "conf.yaml")]
        write(target, "conf.yaml", `${ConfigFolder.minimal}# mine\n`)
        const kept = yield* seiyuu("import", from, ...config)
        expect(kept.stdout).toContain("conf.yaml: is different here; the one that is here stays")
        expect(kept.stdout).toMatch(/does not count: configuration\. Run it with --overwrite/u)
        expect(rows(kept.stdout)["configuration"]).toEqual([0, 0, 0, 1, 0, 0])
        expect(readFileSync(join(target, "conf.yaml"), "utf8")).toContain("# mine")

        write(from, `chat_history/base_001/${uidOf(1)}.json`, JSON.stringify(conversation(7)))
        const replaced = yield* seiyuu("import", "--overwrite", from, ...config)
        expect(rows(replaced.stdout)).toMatchObject({
          configuration: [0, 1, 0, 0, 0, 0],
          conversations: [0, 0, 3, 1, 1, 2]
        })
        expect(readFileSync(join(target, "conf.yaml"), "utf8")).toBe(ConfigFolder.minimal)
        expect(readFileSync(join(target, "conf.yaml.bak"), "utf8")).toContain("# mine")
      }),
    limit
  )

  it.scopedLive(
    "writes Markdown of one character, and into no folder that holds something else",
    () =>
      Effect.gen(function* () {
        const from = yield* upstream(4)
        const target = yield* temporary
        const config = ["--config", join(target, "conf.yaml")]
        yield* seiyuu("import", from, ...config)
        const out = yield* temporary
        write(out, "mine.txt", "mine")
        const args = ["export", "--format", "markdown", "--character", "小鹿_1", out, ...config]
        expect(yield* seiyuu(...args)).toMatchObject({
          code: 1,
          stdout: "",
          stderr: expect.stringContaining("it is not empty")
        })
        expect(yield* seiyuu(...args, "--overwrite")).toMatchObject({ code: 0, stderr: "" })
        expect(readdirSync(join(out, "小鹿_1"))).toEqual([`${uidOf(0)}.md`, `${uidOf(2)}.md`])
        const text = readFileSync(join(out, "小鹿_1", `${uidOf(2)}.md`), "utf8")
        expect(text).toContain("# Conversation with 雫\n")
        expect(text).toContain("**Human** · 2025-01-01 10:00:02\n\n> Question 2\n")
        expect(text).toContain("> 答え 2 🌸 \\<b>\n")
        expect(yield* seiyuu("export", "--character", "nobody", join(out, "x"), ...config)).toMatchObject({
          code: 1,
          stderr: expect.stringContaining("base_001")
        })
        expect(yield* seiyuu("import", join(from, "prompts"), ...config)).toMatchObject({
          code: 1,
          stderr: expect.stringMatching(/^seiyuu: Cannot find anything to move/u)
        })
      }),
    limit
  )
})
