/** The text with each absolute path replaced by the name of its file, so that a client may see it. */
export const without = (text: string): string =>
  text.replaceAll(/(?<![\w.~-])(?:[A-Za-z]:|~)?[\\/](?:[^\\/\s'"`:;,()]+[\\/])*([^\\/\s'"`:;,()]*)/g, "$1")
