import { BlockList, isIP } from "node:net"
import { say } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** What decides about a request: its two headers and what the configuration says. */
export interface OriginQuestion {
  /** The `Origin` header; undefined if there is none. */
  readonly origin: string | undefined
  /** The `Host` header. */
  readonly host: string | undefined
  /** `system_config.host`, the address that the server was told to listen on. */
  readonly configuredHost: string
  /** `system_config.allowed_origins`, such as `https://chat.example.com`. */
  readonly allowedOrigins: ReadonlyArray<string>
}

export type OriginVerdict =
  | { readonly allowed: true }
  | {
      readonly allowed: false
      /** For the log: what was refused and why. */
      readonly reason: string
      /** For the answer, with status 403. */
      readonly words: Text
    }

/**
 * Whether a request may use the socket and the HTTP interface.
 *
 * Any web page that a user opens can send requests to this computer, and only the headers tell them from our own
 * page's. `Origin` names the page. `Host` must be a name that we know, or a page could point a name of its own
 * at this computer (DNS rebinding) and be of the same origin. Programs that are no browsers send no `Origin`.
 */
export const check = (question: OriginQuestion): OriginVerdict => {
  const { origin, host } = question
  const hostAddress = host === undefined ? undefined : parseHost(host, "http:")
  if (hostAddress === undefined) {
    return refuse(`Host ${quote(host)} cannot be read`, say("server.unreadableHost"))
  }
  const allowed = question.allowedOrigins.map(parseOrigin).filter((entry) => entry !== undefined)
  if (!isKnownHost(hostAddress.name, question.configuredHost, allowed)) {
    return refuse(
      `Host ${quote(host)} is neither this computer, an address, nor listed`,
      say("server.unknownHost")
    )
  }
  if (origin === undefined || /^file:\/\/\/?$/i.test(origin)) return { allowed: true }
  const page = parseOrigin(origin)
  if (page === undefined) {
    return refuse(`Origin ${quote(origin)} cannot be read`, say("server.unreadableOrigin"))
  }
  const sameHost = parseHost(host ?? "", page.scheme)?.address === page.address
  const listed = allowed.some((entry) => entry.scheme === page.scheme && entry.address === page.address)
  if (sameHost || listed || isLoopback(page.name)) return { allowed: true }
  return refuse(`Origin ${quote(origin)} is not listed`, say("server.unlistedOrigin"))
}

/** How many pairs of headers `remembering` keeps: a stranger's headers must not fill the memory. */
const remembered = 100

/** `check` for one configuration; reading the same two headers again with each connection costs as much as the handshake. */
export const remembering = (
  settings: Pick<OriginQuestion, "configuredHost" | "allowedOrigins">
): ((headers: Pick<OriginQuestion, "origin" | "host">) => OriginVerdict) => {
  const verdicts = new Map<string, OriginVerdict>()
  return ({ host, origin }) => {
    const key = JSON.stringify([host ?? null, origin ?? null])
    const known = verdicts.get(key)
    if (known !== undefined) return known
    const verdict = check({ ...settings, host, origin })
    if (verdicts.size >= remembered) verdicts.clear()
    verdicts.set(key, verdict)
    return verdict
  }
}

interface Origin {
  /** With the colon, such as `https:`. */
  readonly scheme: string
  /** Name and port, the scheme's own port left out. */
  readonly address: string
  /** Name or address without brackets. */
  readonly name: string
}

const refuse = (reason: string, words: Text): OriginVerdict => ({ allowed: false, reason, words })

// Headers are a stranger's text: the log gets a bounded, escaped piece.
const quote = (header: string | undefined) => JSON.stringify(header ?? null).slice(0, 200)

const parseOrigin = (text: string): Origin | undefined => {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const bare = url.username + url.password + url.search + url.hash === "" && /^\/?$/.test(url.pathname)
  return bare && url.hostname !== "" ? describe(url) : undefined
}

/** Reads a `Host` header as the scheme would, so that the scheme's own port may be written or left out. */
const parseHost = (host: string, scheme: string): Origin | undefined =>
  /^[^\s/\\?#@]+$/.test(host) ? parseOrigin(`${scheme}//${host}`) : undefined

const describe = (url: URL): Origin => ({
  scheme: url.protocol,
  address: url.host.toLowerCase(),
  name: bareName(url.hostname)
})

const bareName = (hostname: string) =>
  hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "")

const isKnownHost = (name: string, configuredHost: string, allowed: ReadonlyArray<Origin>) =>
  isLoopback(name) ||
  isIP(name) !== 0 ||
  name === bareName(configuredHost) ||
  allowed.some((entry) => entry.name === name)

const loopback = new BlockList()
loopback.addSubnet("127.0.0.0", 8, "ipv4")
loopback.addAddress("::1", "ipv6")

const isLoopback = (name: string) => {
  const version = isIP(name)
  if (version === 0) return name === "localhost" || name.endsWith(".localhost")
  return loopback.check(name, version === 6 ? "ipv6" : "ipv4")
}
