import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
// @ts-expect-error -- The page's scripts have no types.
import { chinese } from "../../web/chinese.js"

const words = chinese as Readonly<Record<string, string>>

const web = fileURLToPath(new URL("../../web", import.meta.url))
const read = (ending: string) =>
  readdirSync(web)
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(`${web}/${name}`, "utf8"))

/** What stands in the pages for people. */
const inPages = read(".html").flatMap((page) => {
  const body = page.replaceAll(/<(?:svg|script|style)[^]*?<\/(?:svg|script|style)>/gu, "")
  return [
    ...[...body.matchAll(/>([^<]+)</gu)].map(([, text]) => text!.trim()),
    ...[...page.matchAll(/(?:aria-label|placeholder|title)="([^"]+)"/gu)].map(([, text]) => text!)
  ]
})

/** What scripts say. */
const inScripts = read(".js").flatMap((script) =>
  [...script.matchAll(/\bsay\(\s*"([^"]+)"/gu)].map(([, text]) => text!)
)

const isWords = (text: string) => /[A-Za-z]{2}/u.test(text) && text !== "seiyuu"

describe("the page's words", () => {
  it("are all there in Chinese", () => {
    const texts = [...inPages, ...inScripts].filter(isWords)
    assert.isAbove(texts.length, 60)
    assert.deepStrictEqual(
      texts.filter((text) => !Object.hasOwn(words, text)),
      []
    )
  })

  it("are given the same names", () => {
    for (const [english, text] of Object.entries(words)) {
      assert.sameMembers(text.match(/\{\w+\}/gu) ?? [], english.match(/\{\w+\}/gu) ?? [], english)
      assert.match(text, /\p{Script=Han}/u)
      assert.notMatch(text, /\p{Script=Han}[,;:!?.(]|[,;:!?)](?=\p{Script=Han})/u, english)
    }
  })
})
