import { ParseResult, Schema } from "effect"
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
)

const Transport = Fields.Choice("stdio", "http", "streamable-http", "streamableHttp", "sse")

/** How a program, without any person, gets a token for a remote server (OAuth's client credentials). */
const OAuth = Schema.Struct({
  /** The address of the authorization server that the credentials are of; no other one gets them. */
  issuer: Fields.required(Fields.NonEmptyText),
  client_id: Fields.required(Fields.NonEmptyText),
  client_secret: Fields.required(Fields.Secret),
  /** Separated by spaces. */
  scope: Fields.maybe(Fields.NonEmptyText)
})

/** One entry of `mcp_servers.json`. */
export const McpServerEntry = Schema.Struct({
  /** Whether nobody may use it, as in other programs. Defaults to false. */
  disabled: Fields.withDefault(Fields.Flag, false),
  /** The program that speaks MCP on its standard input and output. */
  command: Fields.maybe(Fields.NonEmptyText),
  args: Fields.withDefault(Fields.TextList, []),
  /** Environment variables beside the few that every program has. */
  env: Fields.withDefault(Schema.Redacted(Fields.TextMap), {}),
  /** Working folder, relative to the configuration file. Defaults to that file's folder. */
  cwd: Fields.maybe(Fields.NonEmptyText),
  /** Seconds that a call may take without any sign of progress. Defaults to 60. */
  timeout: Fields.withDefault(Fields.FloatIn({ min: 0.1, max: 86_400 }), 60),
  /** The address of a server that runs elsewhere. `user:password@` in it is sent as a header. */
  url: Fields.maybe(Fields.NonEmptyText),
  /** How to speak to it; if absent, streamable HTTP is tried and then SSE. */
  transport: Fields.maybe(Transport),
  /** What other programs call `transport`. */
  type: Fields.maybe(Transport),
  headers: Fields.withDefault(HttpFields.SecretHeaders, {}),
  oauth: Fields.maybe(Fields.section(OAuth)),
  /** Tools that the person is asked about before each call. Defaults to none. */
  confirm: Fields.withDefault(ToolChoice, false),
  /** Tools that a client may call itself. Defaults to none. */
  client_calls: Fields.withDefault(ToolChoice, false)
})
export type McpServerEntry = typeof McpServerEntry.Type
