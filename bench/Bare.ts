import * as Child from "./Child.ts"
import * as Client from "./Client.ts"

/** A process that does nothing but WebSockets: it sends the server's own opening sequence, then echoes. */
export const start = async (server: string): Promise<Child.Child> =>
  Child.startSibling("BareServer.ts", JSON.stringify(await Client.openingSequence(server)))
