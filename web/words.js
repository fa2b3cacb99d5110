import { chinese } from "./chinese.js"

/** The page's language: the first of the browser's that there are words in. The server goes by the same list. */
const language = (navigator.languages.find((name) => /^(?:en|zh)\b/iu.test(name)) ?? "en")
  .slice(0, 2)
  .toLowerCase()

/** The text in that language, with `{name}` replaced by what `given` has of that name. English is what it is known by. */
export const say = (english, given = {}) =>
  (language === "zh" ? (chinese[english] ?? english) : english).replaceAll(
    /\{(\w+)\}/gu,
    (_, name) => given[name]
  )

const attributes = ["aria-label", "placeholder", "title"]

/** Puts what stands in the page's HTML into that language. */
export const sayPage = () => {
  if (language === "en") return
  document.documentElement.lang = "zh-CN"
  document.title = say(document.title)
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const english = texts.currentNode.data.trim()
    if (english !== "") texts.currentNode.data = say(english)
  }
  for (const name of attributes)
    for (const element of document.querySelectorAll(`[${name}]`))
      element.setAttribute(name, say(element.getAttribute(name)))
}
