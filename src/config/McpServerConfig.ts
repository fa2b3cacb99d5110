import { ParseResult, Schema } from "effect"
import * as Field from "./Field.ts"
import * as Fields from "./Fields.ts"
import * as HttpFields from "./HttpFields.ts"
import * as RawValue from "./RawValue.ts"

/** All tools of a server (`true`), none (`false`), or those of these names. */
export type ToolChoice = boolean | ReadonlyArray<string>

export const chooses = (choice: ToolChoice, tool: string): boolean =>
  typeof choice === "boolean" ? choice : choice.includes(tool)

const ToolChoice = Schema.transformOrFail(
  Schema.Unknown,
  Schema.Union(Schema.Boolean, Schema.Array(Schema.String)),
  {
    strict: true,
    decode: (value, options, ast) =>
      Array.isArray(value) || value instanceof RawValue.Unset
        ? ParseResult.decodeUnknown(Fields.TextList)(value, options)
        : ParseResult.mapError(
            ParseResult.decodeUnknown(Fields.Flag)(value, options),
            () => new ParseResult.Type(ast, value, "expected true, false or a list of tool names")
          ),
    encode: ParseResult.succeed
  }
).annotations({
  [Field.shape]: {
    words: "true, false or a list of tool names",
    json: { anyOf: [Field.jsonFlag, { type: "array", items: Field.jsonText }] }
  }
})

const Transport = Fields.Choice("stdio", "http", "streamable-http", "streamableHttp", "sse")

/** How a program, without any person, gets a token for a remote server (OAuth's client credentials). */
const OAuth = Schema.Struct({
  issuer: Fields.required(
    Fields.NonEmptyText,
    "The address of the authorization server that the credentials are of; no other one gets them."
  ),
  client_id: Fields.required(Fields.NonEmptyText, "Who asks."),
  client_secret: Fields.required(Fields.Secret, "The secret of who asks."),
  scope: Fields.maybe(Fields.NonEmptyText, "What is asked for, separated by spaces.")
})

/** One entry of `mcp_servers.json`. */
export const McpServerEntry = Schema.Struct({
  disabled: Fields.withDefault(Fields.Flag, false, "Whether nobody may use it, as in other programs."),
  command: Fields.maybe(Fields.NonEmptyText, "The program that speaks MCP on its standard input and output."),
  args: Fields.withDefault(Fields.TextList, [], "The program's arguments."),
  env: Fields.withDefault(
    Fields.SecretMap,
    {},
    "Environment variables of the program, beside the few that every program has."
  ),
  cwd: Fields.maybe(
    Fields.NonEmptyText,
    "The program's working folder, relative to the configuration file. Without the key: that file's folder."
  ),
  timeout: Fields.withDefault(
    Fields.FloatIn({ min: 0.1, max: 86_400 }),
    60,
    "Seconds that a call may take without any sign of progress."
  ),
  url: Fields.maybe(
    Fields.NonEmptyText,
    "The address of a server that runs elsewhere. `user:password@` in it is sent as a header."
  ),
  transport: Fields.maybe(
    Transport,
    "How to speak to it. Without the key streamable HTTP is tried and then SSE."
  ),
  type: Fields.maybe(Transport, "What other programs call `transport`."),
  headers: Fields.withDefault(HttpFields.SecretHeaders, {}, "HTTP headers that are sent with each request."),
  oauth: Fields.maybe(
    Fields.section(OAuth),
    "How a token for the server is had, without any person: OAuth's client credentials."
  ),
  confirm: Fields.withDefault(ToolChoice, false, "Tools that the person is asked about before each call."),
  client_calls: Fields.withDefault(ToolChoice, false, "Tools that a client may call itself.")
})
export type McpServerEntry = typeof McpServerEntry.Type
