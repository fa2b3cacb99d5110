/** What a session says of itself, of its turns and of what a client asks of it. */
export const session = {
  connected: "Connection established",
  thinking: "Thinking...",
  wantsToSpeak: "AI wants to speak something...",
  fetching: (model: string, phase: string, percent: number) =>
    `Fetching the model ${model}: ${phase}, ${percent} %`,
  downloading: "downloading",
  verifying: "verifying",
  unpacking: "unpacking",
  converting: "converting",
  configChanged: (files: ReadonlyArray<string>) =>
    `The configuration has changed (${files.join(", ")}). It counts from the next connection or switch of the character on.`,
  switched: (file: string) => `Switched to config: ${file}`,
  switchFailed: (reason: string) => `Error switching configuration: ${reason}`,
  switchGivenUp: (file: string, next: string) =>
    `${file} was given up, since ${next} was asked for after it.`,
  switchDied: "something went wrong; the server's log says what.",
  wentWrong: "Something went wrong inside the server; its log says what. The connection goes on.",
  turnDied: "Something went wrong inside the server; its log says what. Please try again.",
  notRecognised: "Nothing was recognised in what you said. Please speak again, closer to the microphone.",
  noAnswer: "The model gave no answer. Please ask again.",
  nobodyListens:
    "text-input: nobody who would hear an answer is connected to /proxy-ws, so the text is not taken: send it again once `audience-update` tells of somebody.",
  textsWait: (limit: number) =>
    `${limit} texts wait for an answer already, so this one is not taken: send it again when some of them have been answered.`,
  emptyInput: "text-input: the field `text` is empty, there is nothing to answer.",
  tooLongUtterance: (seconds: number) =>
    `This utterance is longer than ${seconds} s: only its beginning is heard. Please speak in shorter pieces.`,
  noAudio: "mic-audio-end: no audio came before it (mic-audio-data), nothing was heard.",
  tooShort: "What came from the microphone is too short to hold a word.",
  silence:
    "Only silence came from the microphone. Please check that it is on and not muted, and speak again.",
  speechWaits: (seconds: number) =>
    `More than ${seconds} s of speech wait for mic-audio-end: only their beginning is heard. Please send it after each control mic-audio-end.`,
  audioWaits: (seconds: number) =>
    `More than ${seconds} s of raw-audio-data wait to be listened to: the oldest of it is dropped. Please send it no faster than it is spoken.`,
  spareVoice: (failure: string, spare: string) => `${failure} ${spare} speaks in its place until it is back.`,
  spareRecogniser: (failure: string, spare: string) =>
    `${failure} ${spare} listens in its place until it is back.`,
  goesOnAsText: (failure: string) => `${failure} The answer goes on as text.`,
  spokenAsWritten: (failure: string) => `${failure} It is spoken as it is written.`,
  whichMemory: "delete-memory: say which memory: either `id`, or `all: true` for every one.",
  noDetection:
    "This character has no voice activity detection: set character_config.vad_config.vad_model to silero_vad.",
  volumeMissing: "The field `volume` is missing: expected 0 to 1.",
  volumeOutOfRange: (volume: number) =>
    `The field \`volume\` is out of range: expected 0 to 1, found ${volume}.`,
  nothingToAdjust: "There is nothing to adjust: send the action start first.",
  thresholds: (probability: number, decibels: number) =>
    `The thresholds are prob_threshold ${probability} and db_threshold ${decibels}.`,
  noConsentWaits: (id: string) =>
    `tool-consent: nothing waits for an answer about ${id}. It may have been too late.`
}
