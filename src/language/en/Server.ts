/** What the server answers by HTTP and on `/tts-ws`. */
export const server = {
  notFound: "Not Found",
  methodNotAllowed: "Method Not Allowed",
  rangeNotSatisfiable: "Range Not Satisfiable",
  preconditionFailed: "Precondition Failed",
  noSocket: (paths: ReadonlyArray<string>) =>
    `There is no WebSocket at this path: connect to ${paths.join(" or ")}.`,
  unreadableHost: "The request names no readable host.",
  unknownHost:
    "This server does not answer to that host name. If it should, add its origin (such as https://chat.example.com) to system_config.allowed_origins.",
  unreadableOrigin: "The request comes from a page without a readable origin.",
  unlistedOrigin:
    "Pages of that origin may not use this server. If they should, add its origin (such as https://chat.example.com) to system_config.allowed_origins.",
  upload: "expected multipart/form-data with a field `file` that holds an audio file",
  noUpload: (expected: string) => `This is no upload: ${expected}.`,
  brokenUpload: (expected: string) => `The upload is broken: ${expected}.`,
  noFile: (expected: string) => `There is no file in the request: ${expected}.`,
  emptyFile: "The file is empty.",
  noSound: "There is no sound in the file.",
  tooLarge: (mebibytes: number) =>
    `The upload is larger than ${mebibytes} MiB. Send a shorter recording, or one that is compressed.`,
  tooSlow: (time: string) => `Nothing of the upload has come for ${time}. Send it again.`,
  uploadsAlready: (count: number) => `${count} uploads are coming in already. Try again in a moment.`,
  recordingsAlready: (count: number) =>
    `${count} recordings are being transcribed already. Try again in a moment.`,
  notStored: "The upload could not be stored: see to the space in the server's folder for temporary files.",
  clipNotKept:
    "The sound could not be kept: the server's folder `cache` cannot be written to. See to its rights and to the space on the disk.",
  noVoice:
    "This character has no voice: set tts_config.tts_model (piper_tts and flite_tts need nothing but this machine).",
  noWords:
    "There is nothing to speak in this text: no letters and no digits, or only what the configuration leaves out (tts_preprocessor_config).",
  noSoundOfText:
    "The voice had no sound for any of this text. It may not know the language: choose another voice (tts_config.tts_model)."
}
