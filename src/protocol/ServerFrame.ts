import type { Audio, ServerMessage } from "./ServerMessage.ts"

/**
 * Writes one text frame, as text or as its bytes. The types are the guarantee: encoding by schema would walk every audio
 * message again.
 */
export const encode = (message: ServerMessage): string | Buffer =>
  message.type === "audio" && message.audio !== null
    ? withAudio({ ...message, audio: message.audio })
    : JSON.stringify(message)

const beforeAudio = Buffer.from('{"type":"audio","audio":"')

/** Base64 is copied as it is: looking in it for what needs escaping, or more bytes than one, takes longer than all the rest. */
const withAudio = ({ audio, type: _, ...rest }: Audio & { readonly audio: string }): Buffer => {
  const afterAudio = Buffer.from(`",${JSON.stringify(rest).slice(1)}`)
  const frame = Buffer.allocUnsafe(beforeAudio.length + audio.length + afterAudio.length)
  beforeAudio.copy(frame)
  frame.write(audio, beforeAudio.length, "latin1")
  afterAudio.copy(frame, beforeAudio.length + audio.length)
  return frame
}
