import type { Asked } from "./ServiceServer.ts"

/** The form that a request has sent. */
export const of = ({ body, headers }: Asked): Promise<FormData> =>
  new Response(new Uint8Array(body), { headers: { "content-type": headers["content-type"]! } }).formData()

/** Its texts, and its files by name, type and size. */
export const shown = async (asked: Asked): Promise<Record<string, string>> =>
  Object.fromEntries(
    [...(await of(asked))].map(([key, value]) => [
      key,
      typeof value === "string" ? value : `${value.name} ${value.type} ${value.size}`
    ])
  )

/** The bytes of one of its files. */
export const fileOf = async (asked: Asked, key: string): Promise<Uint8Array> =>
  new Uint8Array(await ((await of(asked)).get(key) as File).arrayBuffer())
