/** What is said of hearing wake words in the sound. */
export const wake = {
  fileMissing: (key: string) =>
    `${key} is missing: a transducer has an encoder, a decoder, a joiner and tokens`,
  completeOrNone: (section: string) =>
    `Complete ${section}, or name none of its files for a model that is fetched by itself.`,
  filesBelongTogether: (section: string) =>
    `Check that the files of ${section} belong to one streaming transducer.`,
  tokensUnreadable: "its tokens cannot be read",
  fetchOrCorrect: "Fetch the model again, or correct the path.",
  cannotWrite: (word: string) => `its model cannot write the wake word ${word}`,
  otherWordOrTranscript:
    "Choose a model of the word's language, leave that word out, or set wake_word.match to transcript.",
  inTranscript: (failure: string) => `${failure} Meanwhile the wake word is looked for in the transcript.`,
  callFirst: (word: string) => `The character answers only after its wake word: begin with ${word}.`
}
