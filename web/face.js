import { say } from "./words.js"

/** What each expression changes, by the numbers that the server sends. Angles in degrees, the rest in px or parts. */
const expressions = [
  { name: "neutral", brow: 0, browY: 0, eye: 1, smile: 0.4, width: 1, blush: 0.25 },
  { name: "joy", brow: -4, browY: -4, eye: 0.8, smile: 1, width: 1.25, blush: 0.8 },
  { name: "sadness", brow: -16, browY: 0, eye: 0.75, smile: -0.7, width: 0.85, blush: 0.1, tear: 1 },
  { name: "anger", brow: 18, browY: 5, eye: 0.85, smile: -0.6, width: 0.9, blush: 0.5 },
  { name: "surprise", brow: -4, browY: -11, eye: 1.2, smile: 0, width: 0.6, blush: 0.3, open: 0.45 },
  { name: "fear", brow: -14, browY: -5, eye: 1.12, smile: -0.4, width: 0.75, blush: 0, open: 0.15, sweat: 1 },
  { name: "disgust", brow: 10, browY: 3, eye: 0.6, smile: -0.8, width: 0.8, blush: 0, tilt: 4, sweat: 0.6 },
  { name: "smirk", brow: 5, browY: -2, eye: 0.75, smile: 0.7, width: 0.95, blush: 0.4, tilt: -6, raise: 7 }
]

const still = { open: 0, tear: 0, sweat: 0, tilt: 0, raise: 0 }

/** Draws on the SVG of the page: expressions, the mouth's movement, and blinking. */
export const createFace = (svg) => {
  const part = (id) => svg.querySelector(`#${id}`)
  const eyes = [part("eye-left"), part("eye-right")]
  let target = { ...still, ...expressions[0] }
  let shown = { ...target }
  let level = 0
  let mouth = 0
  let blinkAt = performance.now() + 2000

  const draw = (now) => {
    for (const key of Object.keys(shown)) {
      if (typeof shown[key] === "number") shown[key] += (target[key] - shown[key]) * 0.18
    }
    mouth += (level - mouth) * 0.5
    // A blink takes 160 ms: closed in the middle, open at both ends.
    const blink = now < blinkAt ? 1 : Math.abs(now - blinkAt - 80) / 80
    if (blink > 1) blinkAt = now + 1800 + Math.random() * 4000
    const lid = shown.eye * Math.min(1, blink)
    for (const eye of eyes) eye.setAttribute("transform", `translate(0 ${130 * (1 - lid)}) scale(1 ${lid})`)
    const browY = shown.browY
    part("brow-left").setAttribute("transform", `translate(0 ${browY}) rotate(${shown.brow} 87 99)`)
    part("brow-right").setAttribute(
      "transform",
      `translate(0 ${browY - shown.raise}) rotate(${-shown.brow} 153 99)`
    )
    part("blush").setAttribute("opacity", shown.blush)
    part("tear").setAttribute("opacity", shown.tear)
    part("sweat").setAttribute("opacity", shown.sweat)
    part("mouth").setAttribute("d", mouthPath(shown, mouth))
    requestAnimationFrame(draw)
  }
  requestAnimationFrame(draw)

  return {
    /** A number of the list above, or a name; anything else changes nothing. */
    express: (expression) => {
      const found = expressions.find(({ name }, index) => index === expression || name === expression)
      if (found === undefined) return
      target = { ...still, ...found }
      svg.dataset.expression = found.name
      svg.setAttribute("aria-label", say("Face: {name}", { name: say(found.name) }))
    },
    /** How far the mouth is open, 0 to 1. */
    setLevel: (value) => {
      level = value
    }
  }
}

const mouthPath = ({ smile, width, open, tilt }, level) => {
  const half = 17 * width * (1 - level * 0.2)
  const gap = Math.max(open, level) * 34 + 1.5
  const corner = 180 - smile * 4
  const upper = corner + smile * 10 - gap * 0.25
  const lower = upper + gap
  const [left, right] = [corner + tilt / 2, corner - tilt / 2].map((y) => y.toFixed(1))
  return (
    `M${120 - half} ${left}Q120 ${upper.toFixed(1)} ${120 + half} ${right}` +
    `Q120 ${lower.toFixed(1)} ${120 - half} ${left}Z`
  )
}
