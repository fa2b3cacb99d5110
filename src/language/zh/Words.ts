/** Parts of sentences that come as English has them, in the form that Chinese has. */

/** Behind a clause: what somebody said, `: "…"`, or nothing. */
export const quoted = (said: string): string => said.replace(/^: "([^]*)"$/u, "：“$1”").replace(/^: /u, "：")

/** A name in quotation marks. */
export const named = (name: string): string => name.replace(/^"([^]*)"$/u, "“$1”")

/** Behind a name: ` (did you mean "…"?)`, or nothing. */
export const hinted = (hint: string): string =>
  hint.replace(/^ \(did you mean "([^]*)"\?\)$/u, "（您是不是想写“$1”？）")

/** An engine's name: those of MCP servers have words in them. */
export const engineName = (name: string): string => name.replace(/^MCP server /u, "MCP 服务器 ")

export const list = (items: ReadonlyArray<string>): string => items.join("、")

const units: ReadonlyArray<readonly [RegExp, string]> = [
  [/(\d)ms\b/gu, "$1 毫秒"],
  [/(\d)s\b/gu, "$1 秒"],
  [/(\d)m\b/gu, "$1 分钟"],
  [/(\d)h\b/gu, "$1 小时"]
]

/** A time such as `1m 30s`. */
export const time = (duration: string): string =>
  units.reduce((text, [unit, word]) => text.replaceAll(unit, word), duration)
