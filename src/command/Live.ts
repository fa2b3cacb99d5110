import { Args, Command, Options } from "@effect/cli"
import { Effect, Option, Schema } from "effect"
import * as ConfigFile from "../config/ConfigFile.ts"
import { LiveConfig } from "../config/LiveConfig.ts"
import { SystemConfig } from "../config/SystemConfig.ts"
import * as Bridges from "../live/Bridges.ts"
import { platforms } from "../live/ChatMessage.ts"
import type { Platform } from "../live/ChatMessage.ts"
import * as Feed from "../live/Feed.ts"
import * as ServerDoor from "../live/ServerDoor.ts"
import { Census } from "../telemetry/Census.ts"
import * as Root from "./Root.ts"

const keys: Readonly<Record<Platform, string>> = {
  bilibili: "live_config.bilibili_live.room_ids",
  twitch: "live_config.twitch.channels",
  youtube: "live_config.youtube.videos"
}

/** The command line says something that cannot be done. */
class LiveRefused extends Schema.TaggedError<LiveRefused>()("LiveRefused", {
  reason: Schema.Literal("no-room", "no-number", "no-address", "no-path"),
  platform: Schema.Literal(...platforms),
  /** What was said. */
  given: Schema.String
}) {
  override get message(): string {
    switch (this.reason) {
      case "no-room":
        return `No room of ${this.platform} is named: say --room, or set ${keys[this.platform]}.`
      case "no-number":
        return `--room ${this.given}: expected the number in the address of the room.`
      case "no-address":
        return `--url ${this.given}: expected an address that begins with ws:// or wss://, such as ws://localhost:12393/proxy-ws.`
      case "no-path":
        return `--url …${this.given}: expected an address that ends with /proxy-ws or /client-ws, or with the port.`
    }
  }
}

/** What the configuration says; without one, what is usual. */
const configOf = Effect.fnUntraced(function* (named: Option.Option<string>) {
  const usual = Effect.all({
    live_config: Schema.decode(LiveConfig)({}),
    system_config: Schema.decode(SystemConfig)({})
  }).pipe(Effect.orDie)
  const read = (file: string) => Effect.map(ConfigFile.load(file), ({ config }) => config)
  return yield* Option.match(named, {
    onSome: (file) => read(file),
    onNone: () => Effect.catchTag(read(Root.usualConfig), "ConfigMissing", () => usual)
  })
})

/** The server that the configuration describes, as a client on the same machine reaches it. */
const addressOf = ({ enable_proxy, host, port }: SystemConfig): string => {
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host
  return `ws://${name.includes(":") ? `[${name}]` : name}:${port}${pathOf(enable_proxy)}`
}

const pathOf = (shared: boolean) => (shared ? "/proxy-ws" : "/client-ws")

const run = Effect.fn("Live.run")(function* (
  platform: Platform,
  options: {
    readonly config: Option.Option<string>
    readonly url: Option.Option<string>
    readonly rooms: ReadonlyArray<string>
  }
) {
  const { live_config, system_config } = yield* configOf(options.config)
  const refuse = (reason: LiveRefused["reason"], given = "") => new LiveRefused({ reason, platform, given })
  const rooms = options.rooms.length > 0 ? options.rooms : Bridges.roomsOf(live_config)[platform]
  if (rooms.length === 0) return yield* refuse("no-room")
  const odd = platform === "bilibili" ? rooms.find((room) => !/^\d{1,15}$/.test(room)) : undefined
  if (odd !== undefined) return yield* refuse("no-number", odd)
  const given = Option.getOrElse(options.url, () => addressOf(system_config)).replace(/^http/i, "ws")
  if (!URL.canParse(given) || !/^wss?:$/.test(new URL(given).protocol))
    return yield* refuse("no-address", given)
  const url = new URL(given)
  if (url.pathname === "/") url.pathname = pathOf(system_config.enable_proxy)
  if (!/\/(?:proxy|client)-ws$/.test(url.pathname)) return yield* refuse("no-path", url.pathname)
  if (url.pathname.endsWith("/client-ws"))
    yield* Effect.logWarning(
      "the chat gets a session of its own at /client-ws, which nobody else sees: set system_config.enable_proxy, and connect it and the page to /proxy-ws"
    )

  const { door, keep } = yield* ServerDoor.open(url.href)
  const bridges = yield* Bridges.make(live_config, { [platform]: rooms })
  const failures = yield* Effect.raceFirst(Feed.run(bridges, door, live_config.chat), keep)
  // All of them have been logged; the command ends with the first.
  return yield* failures[0]!
}, Effect.provide(Census.layer))

/** `seiyuu live`: reads the chat of a live stream to the character of a running server, until it is interrupted. */
export const command = Command.make(
  "live",
  {
    config: Root.config,
    url: Options.text("url").pipe(
      Options.withDescription(
        "The server: ws://host:port/proxy-ws or /client-ws. Without it: the one that the configuration describes."
      ),
      Options.optional
    ),
    rooms: Options.text("room").pipe(
      Options.withDescription(
        "The room's number (Bilibili), the channel's name (Twitch) or the video's id or address (YouTube); may be said several times. Without it: those of live_config."
      ),
      Options.repeated
    ),
    platform: Args.choice(
      platforms.map((platform): [string, Platform] => [platform, platform]),
      { name: "platform" }
    )
  },
  ({ config, platform, rooms, url }) =>
    Effect.flatMap(Root.command, (before) =>
      run(platform, { config: Option.orElse(config, () => before.config), url, rooms })
    )
).pipe(Command.withDescription("Reads the chat of a live stream to the character of a running server."))
