export type Name = "mp3" | "flac" | "opus"

/** A format is known by this many bytes, or by all that there are. */
export const bytesToTell = 64

/** The format of encoded sound, by its first bytes. Sources: the formats' own magic numbers; ID3 tags precede MP3 frames. */
export const encoded = (bytes: Uint8Array): Name | undefined => {
  const start = String.fromCharCode(...bytes.subarray(0, bytesToTell))
  if (start.startsWith("fLaC")) return "flac"
  if (start.startsWith("OggS") && start.includes("OpusHead")) return "opus"
  if (start.startsWith("ID3")) return "mp3"
  // A frame's sync word, and a layer that is not the reserved one, which AAC has there.
  return bytes[0] === 0xff && (bytes[1]! & 0xe0) === 0xe0 && (bytes[1]! & 0x06) !== 0 ? "mp3" : undefined
}
