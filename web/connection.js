/**
 * A socket to the server that comes back by itself. `onState` gets "connecting", "open" or "closed" (with the ms
 * until the next try), `onMessage` each decoded message. What is sent while it is not open is refused with false.
 * `waiting()` is how many bytes the network has not taken yet.
 */
export const connect = (url, { onState, onMessage }) => {
  let socket
  let timer
  let failures = 0

  const open = () => {
    clearTimeout(timer)
    onState("connecting")
    const current = new WebSocket(url)
    socket = current
    current.addEventListener("open", () => {
      failures = 0
      onState("open")
    })
    current.addEventListener("message", ({ data }) => {
      if (typeof data === "string") onMessage(JSON.parse(data))
    })
    current.addEventListener("close", () => {
      if (socket !== current) return
      // Half of the delay is random, so that a restarted server is not met by all clients at once.
      const delay = Math.round(Math.min(15_000, 500 * 2 ** failures++) * (0.5 + Math.random() / 2))
      timer = setTimeout(open, delay)
      onState("closed", delay)
    })
  }

  const retryNow = () => {
    if (socket.readyState === WebSocket.CLOSED) open()
  }
  addEventListener("online", retryNow)
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") retryNow()
  })
  open()

  const sendFrame = (frame) => {
    if (socket.readyState !== WebSocket.OPEN) return false
    socket.send(frame)
    return true
  }

  return {
    send: (message) => sendFrame(JSON.stringify(message)),
    sendFrame,
    waiting: () => socket.bufferedAmount
  }
}
