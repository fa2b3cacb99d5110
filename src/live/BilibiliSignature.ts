import { createHash } from "node:crypto"

/** In which order the characters of the two keys make the one that requests are signed with. */
const order = [
  46, 47, 18, 2, 53, 8, 23, 32, 15, 50, 10, 31, 58, 3, 45, 35, 27, 43, 5, 49, 33, 9, 42, 19, 29, 28, 14, 39,
  12, 38, 41, 13
]

/** Signs the parameters of a request as Bilibili's pages do. `seconds`: Unix time. */
export const sign = (
  parameters: Readonly<Record<string, string | number>>,
  keys: { readonly image: string; readonly sub: string },
  seconds: number
): string => {
  const source = keys.image + keys.sub
  const key = order.map((at) => source[at] ?? "").join("")
  const query = new URLSearchParams(
    Object.entries({ ...parameters, wts: seconds })
      .map(([name, value]): [string, string] => [name, String(value).replaceAll(/[!'()*]/g, "")])
      .sort(([a], [b]) => (a < b ? -1 : 1))
  ).toString()
  return `${query}&w_rid=${createHash("md5")
    .update(query + key)
    .digest("hex")}`
}

/** The key that an address names: its file without the ending. */
export const keyOf = (address: string): string => /([^/]+)\.\w+$/.exec(address)?.[1] ?? ""
