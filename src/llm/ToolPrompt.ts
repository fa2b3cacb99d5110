import type { ChatMessage, LlmMessage, LlmTool, ToolOutcome } from "./Llm.ts"

/** Where a prompt wants the tools to be listed; the second is upstream's name for the same. */
const placeholders = ["[<insert_tools>]", "[<insert_mcp_servers_with_tools>]"]

/** Longest description of a tool or an argument, in characters: small models have small contexts. */
const longestDescription = 300

/** How deep into a schema is told. */
const deepest = 3

/** What a model without calls of its own is told of its tools: `prompt` with the tools put in, or behind it. */
export const system = (prompt: string, tools: ReadonlyArray<LlmTool>): string => {
  const list = tools.map(line).join("\n")
  const placeholder = placeholders.find((name) => prompt.includes(name))
  return placeholder === undefined ? `${prompt}\n\n${list}` : prompt.replaceAll(placeholder, () => list)
}

/** Rounds of tools as talk: what the model wrote to call them, and their results as the user's words. */
export const talk = (messages: ReadonlyArray<LlmMessage>): ReadonlyArray<ChatMessage> =>
  messages.flatMap((message): ReadonlyArray<ChatMessage> => {
    if (message.role !== "tools") return [message]
    const calls = message.outcomes.map(({ request }) => written(request.name, request.input)).join("\n")
    const text = message.text.trim() === "" ? calls : `${message.text.trim()}\n${calls}`
    return [
      { role: "assistant", text },
      { role: "user", text: message.outcomes.map(result).join("\n\n") }
    ]
  })

/** A call as the prompt asks for it. */
const written = (tool: string, input: string): string =>
  `{"tool": ${JSON.stringify(tool)}, "arguments": ${input.trim() === "" ? "{}" : input}}`

const result = ({ failed, images = [], request, text }: ToolOutcome): string => {
  const pictures = images.length === 0 ? "" : "\n(A picture; the person sees it.)"
  return `${failed ? "Failure" : "Result"} of the tool ${request.name}:\n${text}${pictures}`
}

const line = ({ description, inputSchema, name }: LlmTool): string =>
  `- ${name}: ${shortened(description)}\n  arguments: ${argumentsOf(inputSchema)}`

const shortened = (text: string): string => {
  const plain = text.replaceAll(/\s+/gu, " ").trim()
  return plain.length <= longestDescription ? plain : `${plain.slice(0, longestDescription)}…`
}

type JsonSchema = Readonly<Record<string, unknown>>

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A JSON Schema in the shape of what it describes: a quarter of the tokens, and nearer to what is to be written. */
const argumentsOf = (schema: JsonSchema, depth = 0): string => {
  if (depth > deepest) return "{…}"
  const properties = isSchema(schema["properties"]) ? schema["properties"] : {}
  const required = Array.isArray(schema["required"]) ? schema["required"] : []
  const lines = Object.entries(properties).map(([name, property]) => {
    const optional = required.includes(name) ? "" : " (optional)"
    return `"${name}": ${typeOf(property, depth)}${optional}`
  })
  return `{${lines.join(", ")}}`
}

const typeOf = (property: unknown, depth: number): string => {
  if (!isSchema(property)) return "anything"
  const about = typeof property["description"] === "string" ? `: ${shortened(property["description"])}` : ""
  if (Array.isArray(property["enum"])) return `one of ${shortened(JSON.stringify(property["enum"]))}${about}`
  if (property["type"] === "object") return argumentsOf(property, depth + 1)
  if (property["type"] === "array")
    return `[${depth > deepest ? "…" : typeOf(property["items"], depth + 1)}]${about}`
  return `<${String(property["type"] ?? "anything")}${about}>`
}
