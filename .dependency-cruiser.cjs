/** Rooms of src/, top to bottom: a room may import the rooms below it and itself, never one above. */
const rooms = [
  ["main"],
  ["command"],
  ["live"],
  ["server"],
  ["proxy"],
  ["session"],
  ["group"],
  ["conversation"],
  ["wake"],
  ["recall"],
  ["agent"],
  ["llm", "asr", "tts", "vad", "translate"],
  ["mcp"],
  ["moving"],
  ["history"],
  ["wyoming"],
  ["engine"],
  ["models"],
  ["config"],
  ["audio"],
  ["protocol"],
  ["language"],
  ["telemetry"],
  ["supervision"]
]
const at = (names) => `^src/(${names.join("|")})(/|\\.ts$)`

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, pathNot: "(Worker|main|\\.d)\\.ts$" },
      to: {}
    },
    {
      name: "protocol-is-a-leaf",
      severity: "error",
      from: { path: "^src/protocol/" },
      to: { path: "^src/", pathNot: "^src/(protocol|language)/" }
    },
    ...rooms.slice(1).map((names, index) => ({
      name: `imports-go-down-from-${names[0]}`,
      severity: "error",
      from: { path: at(names) },
      to: { path: at(rooms.slice(0, index + 1).flat()) }
    }))
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true
  }
}
