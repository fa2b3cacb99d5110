import * as BoundedMessages from "../engine/BoundedMessages.ts"
import { NotConnected } from "./NotConnected.ts"
import { say } from "../language/Text.ts"

/** Longest message of a server, in bytes, here or elsewhere: pictures come as text in one. */
export const longestMessage = 8 * 2 ** 20

/** `fetch`, except that a message which is too long ends the body: the SDK would collect it whatever its length. */
export const fetch: typeof globalThis.fetch = (input, init) =>
  globalThis
    .fetch(input, init)
    .then((response) => BoundedMessages.bounded(response, { longest: longestMessage, tooLong }))

const tooLong = () =>
  new NotConnected({
    reason: say("tools.sentTooMuch", longestMessage / 2 ** 20),
    advice: say("tools.askItLess")
  })
