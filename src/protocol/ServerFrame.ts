import type { ServerMessage } from "./ServerMessage.ts"

/**
 * Writes one text frame, as text or as its bytes. The types are the guarantee: encoding by schema would walk every audio
 * message again.
 */
export const encode = (message: ServerMessage): string | Buffer =>
  message.type === "audio" && message.audio !== null
    ? withSound(JSON.stringify({ ...message, audio: "" }), message.audio)
    : JSON.stringify(message)

/** Within a text of JSON quotation marks are escaped, so it is no part of one. */
const noSound = '"audio":""'

/** Base64 is copied as it is: looking in it for what needs escaping, or more bytes than one, takes longer than all the rest. */
const withSound = (frame: string, audio: string): Buffer => {
  const at = frame.indexOf(noSound) + noSound.length - 1
  const [before, after] = [Buffer.from(frame.slice(0, at)), Buffer.from(frame.slice(at))]
  const bytes = Buffer.allocUnsafe(before.length + audio.length + after.length)
  before.copy(bytes)
  bytes.write(audio, before.length, "latin1")
  after.copy(bytes, before.length + audio.length)
  return bytes
}
