/** What voices, recognisers, speech detection and the reading of sound say. */
export const speech = {
  // Voices.
  sentNoSound: (reason: string) => `sent no sound that can be played: ${reason}`,
  sentSilence: "has no sound for this text: the voice may not speak its language",
  sentOther: (type: string) => `sent ${type} and no sound`,
  notDecoded: (reason: string) => `its sound could not be decoded: ${reason}`,
  edgeRefuses: (status: number) => `refuses its free voices (status ${status})`,
  gradioNoFunction: (name: string, others: string) => `has no function ${name}, but ${others}`,
  gradioFailed: "has failed without saying why",
  gradioCheck: (keys: string) => `See its own log, and check ${keys}.`,
  noRecording: "cannot be given the recording to imitate: there is no such file, or it is too large",
  pyttsx3Missing: "that Python has no pyttsx3",
  pyttsx3Install: (command: string, key: string) => `Install it with \`${command}\`, or correct ${key}.`,
  pyttsx3NoVoice: "pyttsx3 finds no voice on this machine",
  pyttsx3NotThisVoice: "pyttsx3 has no such voice",
  pyttsx3Voice: "On Linux install espeak-ng; the server's log has what it says.",
  edgeClock:
    "Set this machine's clock right and look for a newer version of this server, or choose another voice as tts_config.tts_model.",
  voiceThreadEnded: "the voice's thread ended",
  fliteUnreadable: "its program file cannot be read",
  fliteStopped: (words: string) => `it stopped (${words})`,
  fliteEnded: (code: number) => `it ended with code ${code}`,
  fliteSilent: "it wrote no sound",
  answeredElse: "it answered something else",
  orRestart: "The next sentence is tried afresh; if this goes on, restart the server.",
  orOpenAi: "Install the project's packages again (npm install), or choose openai_tts.",
  noSuchVoice: (voice: string) => `there is no voice ${voice}`,
  cannotUseFiles: (words: string) => `sherpa-onnx cannot use its files (${words})`,
  cannotSpeak: (words: string) => `sherpa-onnx cannot speak this (${words})`,
  filesBelongTogether:
    "Check that its files belong together and that the model is made for sherpa-onnx: it gives up on others. For a piper voice (.onnx with .onnx.json) choose piper_tts.",
  oneVoice:
    "Name the files of one voice (vits_…, matcha_…, kokoro_… or kitten_…), or a voice of the catalogue as model.",
  noVoiceNamed: "no voice is named",
  secondVoice: (other: string) => `it names a second voice beside ${other}`,
  keyMissing: "it is missing",
  checkPiper:
    "Check that model_path is a piper voice (.onnx with its .onnx.json beside it), and fetch both files again if need be.",
  noPiper: "it is no piper voice",
  noSpeaker: (speaker: number) => `this voice has no speaker ${speaker}`,
  onlySpeaker: "Set it to 0.",
  speakers: (last: number) => `Set it to a number from 0 to ${last}.`,
  // A program that speaks.
  commandEmpty: "it is empty",
  commandAsList: "Write the program and its arguments as a list.",
  textIsInput: "{text} is no argument: the text comes by standard input",
  leaveTextOut: "Have the program read it from there, and leave {text} out.",
  installProgram: (key: string) => `Install it, or correct ${key}.`,
  seeCommand: (key: string) => `Check ${key}: try it in a terminal, with a sentence on its standard input.`,
  logHasWords: "The server's log has its words.",
  programTooSlow: (seconds: number) => `its program did not end within ${seconds} seconds`,
  setHigher: (key: string) => `Look why it takes so long, or set ${key} higher.`,
  programNoSound: "its program wrote no sound",
  programWrongSound: (reason: string) => `what its program wrote is no sound: ${reason}`,
  writeWav: "Have it write a WAV file.",
  noTemporaryFile: "no temporary file could be made for its sound",
  wroteTooMuch: (mebibytes: number) => `it wrote more than ${mebibytes} MiB`,
  programFailed: (status: number) => `its program failed with status ${status}`,
  programEnded: (signal: string) => `its program was ended by ${signal}`,
  anError: "an error",
  noProgram: (program: string) => `there is no program ${program}`,
  mayNotRun: (program: string) => `the server may not run ${program}`,
  cannotStartCode: (program: string, code: string) => `${program} cannot be started (${code})`,
  // Recognisers.
  noRecogniser: "this character has no speech recogniser",
  typeInstead: "Type instead, or set asr_config.asr_model (sherpa_onnx_asr needs nothing but this machine).",
  catalogueIncomplete: "The catalogue's entry is not complete.",
  completeSection: (section: string) =>
    `Complete ${section}, or set ${section}.model to auto for a model that is fetched by itself.`,
  typeAndFiles: (section: string) =>
    `Check that ${section}.model_type and the files belong together, or set ${section}.model to auto.`,
  noModelSet: "neither model nor model_type is set",
  fileMissing: (key: string, type: string) => `${key} is missing: a ${type} model needs it`,
  unknownLanguage: (language: string) => `it knows no language ${language}`,
  setLanguage: (key: string, known: ReadonlyArray<string>) =>
    `Set ${key} to auto or to one of ${known.join(", ")}.`,
  sayAgainStarting: "It is being started anew: please say that again.",
  sayAgain: "Please say that again.",
  sentNoTranscript: "answered with something that is no transcript",
  partLost: "a part of what it heard is lost",
  cannotListen: "it cannot hear while one speaks",
  heardLost: "what it had heard of this utterance is lost",
  startWhisper: (command: string, key: string) =>
    `Start it in the folder of its models with \`${command}\`, or correct ${key}.`,
  whisperAddress: (key: string) => `Look whether ${key} is the address of a whisper-server.`,
  smallerOrShorter: "Choose a smaller model, or speak in shorter pieces.",
  // Speech detection.
  noDetection: "this character's configuration names no speech detection, so raw-audio-data is not heard",
  setDetection:
    "Set character_config.vad_config.vad_model to silero_vad, or send mic-audio-data and mic-audio-end instead.",
  notSaid: "What was said in that moment counts as not said; go on speaking.",
  otherModelFile: "its model file is not the one that it knows",
  brokenModelFile: "its model file is missing or broken",
  // Sound files.
  undecodable: (reason: string) =>
    `This is not audio that can be played: ${reason}. WAV, MP3, FLAC and Ogg Opus are understood.`,
  decoderStopped: (reason: string) =>
    `The sound was not decoded: ${reason}. It is started anew by itself; please try again.`,
  tooLong: (seconds: number) => `This recording is longer than ${seconds} s. Send it in shorter pieces.`,
  decoderNotStarted: "the decoder did not start",
  decoderEnded: "the decoder stopped",
  noWavHeader: "the WAV file has no readable header",
  damagedWav: "the WAV file is damaged or of an unknown kind",
  unknownFormat: "its first bytes are those of no known format",
  damagedData: (format: string) => `the ${format} data is damaged`,
  rate: (hertz: number, lowest: number, highest: number) =>
    `its sample rate of ${hertz} Hz is outside ${lowest} to ${highest} Hz`,
  rateChanged: "its sample rate changes in the middle of it",
  sentenceTooLong: (minutes: number) => `it is more than ${minutes} min of sound for one sentence`,
  rateNotConverted: "its sample rate cannot be converted",
  // What is looked through for memories.
  recallFailed: (reason: string) =>
    `What is remembered could not be looked through (${reason}). It is tried again with the next turn.`,
  recallRestart: "Restart the server, or set long_term_memory.enabled to false.",
  threadEnded: "its thread has ended",
  threadFailed: "its thread failed",
  threadLoadsNot: "its thread does not load its model"
}
