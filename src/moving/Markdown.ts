import type { Conversation } from "../history/Archive.ts"
import type { Role } from "../history/History.ts"
import * as ConversationFile from "./ConversationFile.ts"

const speakers: Readonly<Record<Role, string>> = { human: "Human", ai: "Character", system: "System" }

/** A text whose tags and pictures are only letters: whoever opens the file loads nothing. */
const inert = (text: string) => text.replace(/<|!(?=\[)/gu, "\\$&")

/** A name within a line. */
const inLine = (text: string) => inert(text.replace(/[\\`*_[\]#|]/gu, "\\$&").replace(/\s+/gu, " "))

const quoted = (text: string) =>
  inert(text)
    .split(/\r\n|\r|\n/u)
    .map((line) => `> ${line}`.trimEnd())
    .join("\n")

const time = (timestamp: string) => inLine(timestamp.replace("T", " "))

/** A conversation for people to read. */
export const render = ({ confUid, messages, metadata, uid }: Conversation): string => {
  const name = messages.find((message) => message.role === "ai" && message.name)?.name ?? confUid
  const told = metadata?.["timestamp"]
  const begun = typeof told === "string" ? told : ConversationFile.begun(uid, messages)
  const header = [
    `# Conversation with ${inLine(name)}`,
    [`- Character: ${inLine(confUid)}`, `- Begun: ${time(begun)}`, `- Messages: ${messages.length}`].join(
      "\n"
    )
  ]
  const said = messages.map(
    ({ content, name, role, timestamp }) =>
      `**${inLine(name || speakers[role])}** · ${time(timestamp)}\n\n${quoted(content)}`
  )
  return `${[...header, ...said].join("\n\n")}\n`
}
