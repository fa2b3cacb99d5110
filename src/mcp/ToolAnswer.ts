import type { CallToolResult, ContentBlock } from "@modelcontextprotocol/sdk/types.js"
import { identity } from "effect"
import * as HostPaths from "../engine/HostPaths.ts"
import * as BrowserView from "./BrowserView.ts"
import type { Clean } from "./EntrySecrets.ts"
import type { ToolResult } from "./McpClient.ts"
import * as NestedDepth from "./NestedDepth.ts"

/** Longest text of an answer, in characters: small models have room for some thousand words in all. */
const longestText = 8000

/** Pictures of an answer, and their size in characters of base64. */
const most = { images: 4, base64: 4 * 2 ** 20 }

/** Levels of an answer's structured content: making text of it takes as many of the stack. */
const mostLevels = 100

/** A tool's answer as the model and the page get it; what is too much of it is left out, with a word about that. */
export const read = (answer: CallToolResult, clean: Clean = identity): ToolResult => {
  const images: Array<ToolResult["images"][number]> = []
  const texts: Array<string> = []
  for (const block of answer.content) {
    if (block.type !== "image") texts.push(inWords(block))
    else if (images.length < most.images && block.data.length <= most.base64)
      images.push({ mimeType: block.mimeType, base64: block.data })
    else texts.push(`(a picture, ${block.mimeType}, is left out: there are too many or it is too large)`)
  }
  const said = texts.filter((text) => text.trim() !== "").join("\n")
  const { structuredContent } = answer
  const isTooDeep = said === "" && NestedDepth.isMoreThan(structuredContent, mostLevels)
  const text = isTooDeep
    ? `(the answer has more than ${mostLevels} levels within one another and cannot be shown)`
    : said === "" && structuredContent !== undefined
      ? JSON.stringify(structuredContent)
      : said
  const browserView = BrowserView.find([structuredContent, answer._meta, answer["metadata"], ...texts])
  return {
    // What it says of a failure is for whoever runs the server: folders and keys stay there.
    text: answer.isError === true ? withoutFolders(cut(clean(text))) : cut(text),
    images,
    failed: isTooDeep || answer.isError === true,
    ...(browserView === undefined ? {} : { browserView })
  }
}

/** Line by line: of each only so much is told. Web addresses stay. */
const withoutFolders = (text: string): string =>
  text
    .split(/(\n|\bhttps?:\/\/[^\s"'<>()]+)/u)
    .map((part, index) => (index % 2 === 0 ? HostPaths.without(part) : part))
    .join("")

const cut = (text: string): string =>
  text.length <= longestText
    ? text
    : `${text.slice(0, longestText).replace(/[\uD800-\uDBFF]$/u, "")}\n(cut here: the first ${longestText} of ${text.length} characters)`

const kilobytes = (base64: string) => Math.ceil((base64.length * 3) / 4 / 1024)

const inWords = (block: Exclude<ContentBlock, { readonly type: "image" }>): string => {
  switch (block.type) {
    case "text":
      return block.text
    case "audio":
      return `(a sound, ${block.mimeType}, ${kilobytes(block.data)} kB, which cannot be played here)`
    case "resource_link":
      return [`${block.title ?? block.name}: ${block.uri}`, block.description].filter(Boolean).join("\n")
    case "resource":
      return "text" in block.resource
        ? `${block.resource.uri}:\n${block.resource.text}`
        : `${block.resource.uri} (${block.resource.mimeType ?? "binary"}, ${kilobytes(block.resource.blob)} kB, which cannot be shown here)`
  }
}
