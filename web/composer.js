const byId = (id) => document.getElementById(id)

/** Where the user writes. `onSend(text)` answers whether it has gone; if not, it stays to be sent later. */
export const createComposer = ({ onSend }) => {
  const field = byId("text")

  const submit = () => {
    const text = field.value.trim()
    if (text === "" || byId("send").disabled) return
    if (onSend(text)) field.value = ""
  }

  byId("form").addEventListener("submit", (event) => {
    event.preventDefault()
    submit()
  })
  field.addEventListener("keydown", (event) => {
    // An input method uses Enter to choose a word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
    event.preventDefault()
    submit()
  })
}
