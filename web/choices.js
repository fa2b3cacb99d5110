import { say } from "./words.js"

const byId = (id) => document.getElementById(id)

const usual = "ceiling-window-room-night.jpeg"

/** The list of backgrounds, files of `/bg/`, and what of them is behind the character. */
export const createBackgrounds = () => {
  const select = byId("background")

  const paint = () => {
    const file = select.value
    byId("stage").style.backgroundImage = file === "" ? "" : `url("/bg/${encodeURIComponent(file)}")`
  }
  select.addEventListener("change", paint)

  return {
    show: (files) => {
      select.replaceChildren(
        new Option(say("None"), ""),
        ...files.map((file) => new Option(file.replace(/\.\w+$/, ""), file))
      )
      select.value = files.includes(usual) ? usual : (files[0] ?? "")
      paint()
    }
  }
}

/** The list of characters. `onChoose(filename)` when another one is wanted. */
export const createCharacters = ({ onChoose }) => {
  const select = byId("character")
  select.addEventListener("change", () => onChoose(select.value))
  return {
    show: (configs) => {
      select.replaceChildren(...configs.map(({ filename, name }) => new Option(name, filename)))
    },
    /** Marks the one that answers, by its name. */
    mark: (name) => {
      select.selectedIndex = [...select.options].findIndex((option) => option.text === name)
    }
  }
}
