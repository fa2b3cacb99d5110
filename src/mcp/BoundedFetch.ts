import * as MessageLength from "../engine/MessageLength.ts"
import { NotConnected } from "./NotConnected.ts"

/** `fetch`, except that a message which is too long ends the body: the SDK would collect it whatever its length. */
export const fetch: typeof globalThis.fetch = (input, init) =>
  globalThis.fetch(input, init).then((response) => {
    if (response.body === null) return response
    const { headers, status, statusText } = response
    const lengthAfter = MessageLength.after(headers.get("content-type"))
    return new Response(response.body.pipeThrough(limit(lengthAfter)), { headers, status, statusText })
  })

const limit = (lengthAfter: MessageLength.LengthAfter) =>
  new TransformStream<Uint8Array, Uint8Array>({
    transform: (piece, controller) => {
      if (lengthAfter(piece) <= MessageLength.longest) controller.enqueue(piece)
      else
        controller.error(
          new NotConnected({ reason: `it ${MessageLength.tooLong}`, advice: "Ask it for less." })
        )
    }
  })
