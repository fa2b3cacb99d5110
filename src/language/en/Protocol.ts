/** What is wrong with a message of a client. */
export const protocol = {
  notJson: "The frame is not JSON: expected one JSON object per text frame.",
  notAnObject: "A message must be a JSON object with a `type`.",
  noType: "The message has no `type`: expected a string.",
  unknownType: (type: string, known: ReadonlyArray<string>) =>
    `Unknown message type ${type}: expected one of ${known.join(", ")}.`,
  unknownField: (type: string, field: string, known: ReadonlyArray<string>) =>
    `${type}: unknown field ${field}: expected one of ${known.join(", ")}`,
  unreadBinary:
    "Binary frames are understood after use-extensions has said what they are (binary_audio); expected one JSON object per text frame.",
  oddBinary: (bytes: number) =>
    `A binary frame holds 16-bit samples: expected an even number of bytes, actual ${bytes}.`,
  wrong: (type: string, problems: ReadonlyArray<string>) => `${type}: ${problems.join("; ")}`,
  field: (path: string, problem: string) => `field \`${path}\` ${problem}`,
  missing: "is missing",
  missingNumbers: "is missing: expected an array of numbers",
  notNumbers: (actual: string) => `expected an array of numbers, actual ${actual}`,
  notANumber: (actual: string) => `expected a number, actual ${actual}`,
  /** `kind`: as schemas call it, such as `string`. */
  expectedKind: (kind: string, actual: string) => `Expected ${kind}, actual ${actual}`,
  expected: (what: string, actual: string) => `expected ${what}, actual ${actual}`,
  expectedOneOf: (words: ReadonlyArray<string>, actual: string) =>
    `expected one of ${words.join(", ")}, actual ${actual}`,
  image: "an image: an object with source, data and mime_type",
  images: "a list of images",
  truth: "true or false",
  list: "a list",
  object: "an object",
  expectedObject: "expected an object",
  expectedWhole: "expected a whole number",
  expectedWithin: (least: number, most: number) => `expected a whole number from ${least} to ${most}`,
  expectedFrom: (least: number) => `expected a whole number from ${least}`,
  notAnImage: "expected a data URL of an image (data:image/...;base64,...)",
  tooManyImages: (most: number) => `has too many images: expected at most ${most}`,
  tooLong: (most: number) => `is longer than ${most} characters`,
  tooLongText: (most: number) => `is longer than ${most} characters: send less at once`,
  tooLongFor: (most: number, what: string) => `is longer than ${most} characters: send ${what}`,
  emptyFor: (what: string) => `is empty: send ${what}`,
  controlCharacters: (what: string) => `has control characters: send ${what} on one line`,
  aText: "a text",
  aName: "a name",
  aTitle: "a title",
  someWords: "some words",
  oneSentence: "one sentence",
  nothingToSpeak: "is empty: there is nothing to speak",
  noSpeechJson: (example: string) =>
    `The frame is not JSON: expected one JSON object per text frame, such as ${example}.`,
  noSpeechObject: (example: string) =>
    `The frame is no object: expected one JSON object per text frame, such as ${example}.`
}
