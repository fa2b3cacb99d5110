import * as ConfigKey from "../../src/config/ConfigKey.ts"

const introduction = `# Configuration

What \`conf.yaml\` and the files beside it may hold. This page is made from the schemas in \`src/config\` by \`npm run docs\`:
change it there. \`seiyuu config explain KEY\` prints the same, and \`seiyuu config check\` looks whether your files are in order.

An editor that knows YAML's language server completes and checks keys as you write, with this as the first line of
\`conf.yaml\` (a file of \`characters/\` names \`character.schema.json\`):

\`\`\`yaml
# yaml-language-server: $schema=docs/conf.schema.json
\`\`\`

- A key that may be absent may be empty, too.
- A text may name environment variables: \`\${NAME}\`, or \`\${NAME:-what to use if it is not set}\`. \`$\${NAME}\` is the text \`\${NAME}\`.
- Relative paths start from the folder of \`conf.yaml\`.
- A file of \`characters/\` holds a \`character_config\` with the keys that differ: sections are merged key by key, lists are
  replaced.
- A section that nothing chooses may be incomplete.
`

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ")

const written = (value: unknown) => (value === "" ? "empty" : `\`${JSON.stringify(value)}\``)

const fallback = (key: ConfigKey.ConfigKey) => {
  if (key.required) return "required"
  return key.fallback === undefined ? "" : written(key.fallback)
}

const value = ({ shape }: ConfigKey.ConfigKey) => {
  if (shape?.choices === undefined) return shape?.words ?? "a section"
  const [before] = shape.words.split(shape.choices[0] ?? "")
  return `${before}${shape.choices.map((word) => `\`${word}\``).join(", ")}`
}

const table = (keys: ReadonlyArray<ConfigKey.ConfigKey>) =>
  [
    "| key | value | default | |",
    "|---|---|---|---|",
    ...keys.map(
      (key) => `| \`${key.name}\` | ${cell(value(key))} | ${cell(fallback(key))} | ${cell(key.about)} |`
    )
  ].join("\n")

const section = (key: ConfigKey.ConfigKey): ReadonlyArray<string> => {
  const values = key.keys.filter(({ shape }) => shape !== undefined)
  const sections = key.keys.filter(({ shape }) => shape === undefined)
  const links = sections.map(({ name, path }) => `[\`${name}\`](#${path.replaceAll(".", "")})`).join(", ")
  return [
    `## ${key.path}`,
    `${key.about}${key.required ? " Required." : ""}`,
    ...(values.length === 0 ? [] : [table(values)]),
    ...(sections.length === 0 ? [] : [`Sections: ${links}.`]),
    ...sections.flatMap(section)
  ]
}

/** The whole of `docs/configuration.md`. */
export const render = () =>
  `${[
    introduction.trimEnd(),
    ...ConfigKey.ofConfig.flatMap(section),
    "## mcp_servers.json",
    '`{"mcp_servers": {"NAME": {…}}}` (or `mcpServers`, as in other programs): a server each, with either `command` or `url`.',
    table(ConfigKey.ofMcpServer),
    ...ConfigKey.ofMcpServer
      .filter(({ shape }) => shape === undefined)
      .flatMap((key) => [`### ${key.path}`, key.about, table(key.keys)])
  ].join("\n\n")}\n`
