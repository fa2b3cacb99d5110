/** A line of IRC with Twitch's tags: `@tag=value;… :nick!user@host COMMAND param param :last param`. */
export interface IrcLine {
  readonly tags: ReadonlyMap<string, string>
  /** The name before the `!`, or the server's. */
  readonly nick: string
  readonly command: string
  readonly params: ReadonlyArray<string>
}

const shape = /^(?:@(?<tags>\S+) +)?(?::(?<nick>[^ !]*)\S* +)?(?<command>[A-Za-z]+|\d{3})(?<rest> .*)?$/

/** `undefined` for what is no line of IRC. */
export const parse = (line: string): IrcLine | undefined => {
  const found = shape.exec(line)?.groups
  if (found === undefined) return undefined
  const { command = "", nick = "", rest = "", tags = "" } = found
  return { tags: tagsOf(tags), nick, command: command.toUpperCase(), params: paramsOf(rest) }
}

const tagsOf = (tags: string): ReadonlyMap<string, string> =>
  new Map(
    tags.split(";").map((tag) => {
      const at = tag.indexOf("=")
      return at < 0 ? [tag, ""] : [tag.slice(0, at), unescape(tag.slice(at + 1))]
    })
  )

const escapes: Readonly<Record<string, string>> = { ":": ";", s: " ", n: "\n", r: "\r" }

/** A backslash before any other character, or at the end, is none. */
const unescape = (value: string): string =>
  value.replaceAll(/\\(.?)/g, (_, escaped: string) => escapes[escaped] ?? escaped)

const paramsOf = (rest: string): ReadonlyArray<string> => {
  const at = rest.indexOf(" :")
  const words = (at < 0 ? rest : rest.slice(0, at)).split(" ").filter((word) => word !== "")
  return at < 0 ? words : [...words, rest.slice(at + 2)]
}
