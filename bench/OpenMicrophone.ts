import type { WebSocket } from "ws"
import * as Client from "./Client.ts"
import * as Sound from "./Sound.ts"

/** A client with an open microphone (`raw-audio-data`): someone says the same again and again, with pauses. */
export interface OpenMicrophone {
  /**
   * Says it so many times, as fast as the server listens; done when the beginning of the last one has been heard: of all
   * but three seconds, that is.
   */
  readonly say: (times: number) => Promise<void>
  readonly close: () => Promise<void>
}

/** Before each utterance, in samples. */
const pause = 2 * Sound.sampleRate

/** Utterances ahead of what has been heard: well below what the server's line for audio takes. */
const ahead = 5

/** Seconds of one utterance with its pause. */
export const secondsOf = (utterance: Float32Array): number => (pause + utterance.length) / Sound.sampleRate

/** What is sent are binary frames, which cost the client least. */
export const open = async (url: string, utterance: Float32Array): Promise<OpenMicrophone> => {
  const heard = { utterances: 0 }
  const socket = await Client.ready(url, (frame) => {
    if (Client.startsWith(frame, Client.head.speechStart)) heard.utterances++
  })
  await use(socket, "raw-audio-data")
  const spoken = new Float32Array(pause + utterance.length)
  spoken.set(utterance, pause)
  const frames = Sound.asBinary(spoken)
  return {
    say: async (times) => {
      const before = heard.utterances
      const until = async (count: number) => {
        while (heard.utterances < before + count) await Client.next(socket, [Client.head.speechStart])
      }
      for (let said = 0; said < times; said++) {
        await until(said - ahead)
        await Client.sendAll(socket, frames)
      }
      await until(times)
    },
    close: async () => {
      const gone = Client.closed(socket)
      socket.close()
      await gone
    }
  }
}

/** Says what binary frames are from now on; to the bare server too. */
export const use = async (socket: WebSocket, type: "mic-audio-data" | "raw-audio-data"): Promise<void> => {
  const agreed = Client.next(socket, [Client.head.extensions, Client.head.useExtensions])
  socket.send(JSON.stringify({ type: "use-extensions", binary_audio: type }))
  await agreed
}
