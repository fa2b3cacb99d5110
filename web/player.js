/**
 * Plays sentences strictly in the order that they were added. An item without sound is over at once; one whose
 * sound the browser won't play (no gesture yet, a broken file) takes its time in silence, so that the turn goes on.
 * `onStart(item)` when an item's turn has come, `onLevel(0..1)` while it sounds, `onDrained()` when nothing is left.
 */
export const createPlayer = ({ onStart, onLevel, onDrained }) => {
  let context
  let queue = []
  let playing = false
  // Tells the run that stop() was called while it waited.
  let run = 0
  let endCurrent = () => {}

  const audioContext = () => {
    context ??= new AudioContext()
    return context
  }

  const decode = async (base64) => {
    try {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
      return await audioContext().decodeAudioData(bytes.buffer)
    } catch (error) {
      console.warn("cannot decode a sentence's sound", error)
      return undefined
    }
  }

  const playAll = async () => {
    playing = true
    const mine = run
    while (queue.length > 0) {
      const item = queue.shift()
      const sound = await item.sound
      if (mine !== run) return
      onStart(item)
      if (sound !== undefined) await sounding(item, sound)
      if (mine !== run) return
    }
    playing = false
    onDrained()
  }

  const sounding = (item, sound) =>
    new Promise((resolve) => {
      const audible = context.state === "running"
      const source = context.createBufferSource()
      let frame
      let timer
      endCurrent = () => {
        endCurrent = () => {}
        clearTimeout(timer)
        cancelAnimationFrame(frame)
        source.disconnect()
        onLevel(0)
        resolve()
      }
      const now = () => (audible ? context.currentTime * 1000 : performance.now())
      const started = now()
      const moveMouth = () => {
        onLevel(item.volumes[Math.floor((now() - started) / item.sliceLength)] ?? 0)
        frame = requestAnimationFrame(moveMouth)
      }
      moveMouth()
      const duration = sound.duration * 1000
      if (audible) {
        source.buffer = sound
        source.connect(context.destination)
        source.addEventListener("ended", () => endCurrent())
        source.start()
      }
      // Also the way out if the device stops in the middle of a sentence.
      timer = setTimeout(() => endCurrent(), audible ? duration * 2 + 2000 : duration)
    })

  return {
    /** `audio` is a WAV file in base64, or null; `volumes` has the loudness of each slice of `sliceLength` ms. */
    add: (item) => {
      queue.push({ ...item, sound: item.audio ? decode(item.audio) : undefined })
      if (!playing) void playAll()
    },
    stop: () => {
      run++
      queue = []
      playing = false
      endCurrent()
    },
    isPlaying: () => playing,
    /** To be called in a user's gesture: browsers let no page sound before. */
    unlock: () => {
      if (audioContext().state === "suspended") void context.resume()
    }
  }
}
