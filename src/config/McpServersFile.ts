import { Path } from "@effect/platform"
import { Array, Effect, Either, ParseResult, Schema } from "effect"
import * as ConfigInvalid from "./ConfigInvalid.ts"
import * as Fields from "./Fields.ts"
import { McpServerEntry } from "./McpServerConfig.ts"
import * as RawValue from "./RawValue.ts"
import * as Suggestion from "./Suggestion.ts"
import * as UnknownKeys from "./UnknownKeys.ts"
import * as YamlFile from "./YamlFile.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

export const fileName = "mcp_servers.json"
const advice = say("config.correctFile", fileName)

/** An entry that cannot be used. Both are fit for a client: they name no folder and no secret. */
export interface Unusable {
  /** What is wrong, a clause without a full stop. */
  readonly reason: Words
  /** What to do about it, a whole sentence. */
  readonly advice: Words
  /** Whether somebody has made a mistake, or wants it so: the entry is not there, or disabled. */
  readonly kind: "mistake" | "no-file" | "unwanted"
}

/** The MCP servers that are described beside the configuration file. */
export interface McpServersFile {
  /** The server of this name, or why there is none. */
  readonly find: (name: string) => Either.Either<McpServerEntry, Unusable>
  /** The servers that are described, those that cannot be used too. */
  readonly names: ReadonlyArray<string>
  /** Of the bytes that were read; undefined if there is nothing to read. */
  readonly digest: string | undefined
  /** What is wrong with the file or with any server in it, each with its line and key path. */
  readonly problems: ReadonlyArray<string>
  /** What is ignored, each with its line and key path. */
  readonly warnings: ReadonlyArray<string>
}

/** The keys that a file may have its servers under: ours, and what most other programs read. */
const sections = ["mcp_servers", "mcpServers"] as const

/** Reads `mcp_servers.json` of the folder. Never fails: one wrong entry leaves the others usable. */
export const read = Effect.fn("McpServersFile.read")(function* (folder: string) {
  const path = yield* Path.Path
  return yield* YamlFile.readJson(path.join(folder, fileName)).pipe(
    Effect.map(fromFile),
    Effect.catchTags({
      ConfigInvalid: ({ digest, file, problems }) =>
        Effect.succeed(
          nothing(
            { kind: "mistake", reason: ConfigInvalid.inWords(file, problems[0]), advice },
            problems.map((problem) => ConfigInvalid.describe(file, problem)),
            digest
          )
        ),
      ConfigMissing: ({ reason }) =>
        Effect.succeed(
          nothing(
            reason === "not-found"
              ? {
                  kind: "no-file",
                  reason: say("config.noServersFile", fileName),
                  advice: say("config.createServersFile")
                }
              : {
                  kind: "mistake",
                  reason: say("config.fileUnreadable", fileName),
                  advice: say("config.checkFile")
                },
            reason === "not-found" ? [] : [`${fileName} cannot be read`],
            reason === "not-found" ? undefined : ""
          )
        )
    })
  )
})

const nothing = (
  why: Unusable,
  problems: ReadonlyArray<string>,
  digest: string | undefined
): McpServersFile => ({
  find: () => Either.left(why),
  names: [],
  digest,
  problems,
  warnings: []
})

/** Where a server is described. */
interface Place {
  readonly section: (typeof sections)[number]
  readonly entry: unknown
}

const fromFile = (file: YamlFile.YamlFile): McpServersFile => {
  const root = RawValue.isMapping(file.value) ? file.value : {}
  const present = sections.filter((section) => section in root)
  const usable = present.filter((section) => RawValue.isMapping(root[section]))
  if (usable.length === 0) {
    const at = file.at(present.slice(0, 1), "expected a section of servers by name")
    const example = `{"${sections[0]}": {"time": {"command": "uvx", "args": ["mcp-server-time"]}}}`
    return nothing(
      {
        kind: "mistake",
        reason: ConfigInvalid.inWords(file.name, at),
        advice: say("config.writeServers", example)
      },
      [ConfigInvalid.describe(file.name, at)],
      file.digest
    )
  }
  const described = usable.flatMap((section) =>
    Object.entries(root[section] as RawValue.Mapping).map(([name, entry]) => ({ name, section, entry }))
  )
  const places = new Map<string, Place>()
  for (const { name, ...place } of described) if (!places.has(name)) places.set(name, place)
  const describe = (problem: ConfigInvalid.ConfigProblem) => ConfigInvalid.describe(file.name, problem)
  const unusable = (problems: Array.NonEmptyReadonlyArray<ConfigInvalid.ConfigProblem>) =>
    Either.left<Unusable>({
      kind: "mistake",
      reason: say(
        "engine.clauses",
        problems.map((problem) => ConfigInvalid.inWords(file.name, problem))
      ),
      advice
    })

  const decode = (name: string, { entry, section }: Place) => {
    const own = [section, name]
    const decoded = Schema.decodeUnknownEither(Fields.section(McpServerEntry), { errors: "all" })(entry)
    const found = Either.match(decoded, {
      onLeft: (error) => ParseResult.ArrayFormatter.formatErrorSync(error),
      onRight: contradictions
    })
    return { decoded, problems: found.map(({ message, path }) => file.at([...own, ...path], message)) }
  }

  const find: McpServersFile["find"] = (name) => {
    const place = places.get(name)
    if (place === undefined)
      return Either.left({
        kind: "unwanted",
        reason: say(
          "config.noServer",
          fileName,
          JSON.stringify(name),
          Suggestion.hint(name, [...places.keys()])
        ),
        advice: say("config.addServer", fileName)
      })
    const { decoded, problems } = decode(name, place)
    if (Array.isNonEmptyReadonlyArray(problems)) return unusable(problems)
    return Either.filterOrLeft(
      Either.mapLeft(decoded, (): Unusable => ({
        kind: "mistake",
        reason: say("config.serverUnreadable"),
        advice
      })),
      ({ disabled }) => !disabled,
      (): Unusable => ({
        kind: "unwanted",
        reason: say("config.serverDisabled", fileName),
        advice: say("config.enableServer")
      })
    )
  }

  const ignored = [
    ...present
      .filter((section) => !usable.includes(section))
      .map((section) => file.at([section], "is no section of servers by name; it is ignored")),
    ...described.flatMap(({ entry, name, section }) => {
      const own = [section, name]
      if (places.get(name)?.section !== section)
        return [file.at(own, `is in ${sections[0]} too, which counts; this one is ignored`)]
      return [
        ...UnknownKeys.find(McpServerEntry, entry, own).map(({ hint, path }) =>
          file.at(path, `is not a known key${hint}; it is ignored`)
        ),
        ...idleKeys(entry).map((key) =>
          file.at([...own, key], "is for a server with url, and this one has command; it is ignored")
        )
      ]
    })
  ]
  return {
    find,
    digest: file.digest,
    names: [...places.keys()],
    problems: [...places].flatMap(([name, place]) => decode(name, place).problems).map(describe),
    warnings: [...file.duplicates, ...ignored].map(describe)
  }
}

/** Keys of a program's entry that say how to speak to a server elsewhere. */
const idleKeys = (entry: unknown): ReadonlyArray<string> => {
  if (!RawValue.isMapping(entry) || (entry["command"] ?? undefined) === undefined) return []
  return ["headers", "oauth", "transport", "type"].filter((key) => {
    const value = entry[key] ?? undefined
    return value !== undefined && value !== "stdio"
  })
}

/** What no single key shows. */
const contradictions = ({ command, transport, type, url }: McpServerEntry) => {
  const kind = transport ?? type
  if (command === undefined && url === undefined)
    return [{ path: [], message: "needs either command (a program on this machine) or url" }]
  if (command !== undefined && url !== undefined)
    return [{ path: ["url"], message: "is there beside command: keep one of them" }]
  if (url !== undefined && !isWebAddress(url))
    return [{ path: ["url"], message: "expected an address that begins with http:// or https://" }]
  if (url !== undefined && kind === "stdio")
    return [{ path: ["url"], message: "stdio is for a server with command: leave transport out" }]
  return []
}

const isWebAddress = (url: string) => URL.canParse(url) && /^https?:$/u.test(new URL(url).protocol)
