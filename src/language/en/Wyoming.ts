/** What servers of the Wyoming protocol do, and the programs that are started to be one. */
export const wyoming = {
  reports: (host: string, said: string) => `${host} reports an error${said}`,
  checkSection: (section: string) => `Check ${section}, and look at that server's log.`,
  lookAddress: (key: string) =>
    `Look whether ${key} is the address of such a server of the Wyoming protocol.`,
  noRecogniser: (host: string) => `${host} recognises no speech`,
  noModel: (host: string, model: string) => `${host} has no model ${model}`,
  noVoices: (host: string) => `${host} has no voices`,
  noVoice: (host: string, voice: string) => `${host} has no voice ${voice}`,
  // Go on from the server's name.
  formatChanged: "changed the kind of its sound within a sentence",
  tooMuchSound: (minutes: number) => `sent more than ${minutes} min of sound for one sentence`,
  notReady: (minutes: number) => `it was not ready within ${minutes} minutes`,
  install: (command: string, key: string) =>
    `Install it with \`${command}\`; where the server does not find it, name it with ${key}.`,
  checkProgram: (section: string, command: string) =>
    `Check ${section}, and look at the server's log. What it needs comes with \`${command}\`; models are fetched from Hugging Face unless they are folders.`,
  checkCommand: (key: string) => `Check ${key}: try it in a terminal. The server's log has its words.`
}
