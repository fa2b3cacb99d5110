/** Shapes that only tokens of models have. */
const shapes = [/<\|[^<>|\s]{1,64}\|>/, /<｜[^<>｜\s]{1,64}｜>/]
/** What a template may write for a token; tags of HTML look the same, so only those that it does write count. */
const written = /<\/?[A-Za-z_]\w*>|<<\/?[A-Z]+>>|\[\/?[A-Z_]+\]|### \w+:/g
/** Models think in these, and templates look for them in what models have said. */
const thoughts = /^<\/?think>$/

/**
 * Makes plain text of special tokens of a template: whoever could write them could speak as somebody else. `others`: tokens that
 * the template does not hold itself.
 */
export const disarm = (template: string, others: ReadonlyArray<string>): ((text: string) => string) => {
  const found = [...template.matchAll(written)].map(([token]) => token)
  const tokens = [...new Set([...found, ...others])].filter((token) => token !== "" && !thoughts.test(token))
  const all = new RegExp([...shapes.map(({ source }) => source), ...tokens.map(escape)].join("|"), "g")
  return (text) => text.replaceAll(all, (token) => `${token[0]} ${token.slice(1)}`)
}

const escape = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
