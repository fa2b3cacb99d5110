/** Characters and files of the configuration. */
export const config = {
  noCharacter: (file: string) => `There is no character ${file}. Choose one from the list of characters.`,
  /** A line for each problem, where it is and what it is. */
  problems: (problems: ReadonlyArray<string>) => problems.join("\n"),
  problem: (place: string, what: string) => `${place} ${what}`,
  problemAt: (place: string, key: string, what: string) => `${place} ${key}: ${what}`,
  noServersFile: (file: string) => `there is no ${file} beside the configuration file`,
  createServersFile: "Create it, or take the server out of mcp_enabled_servers.",
  fileUnreadable: (file: string) => `${file} cannot be read`,
  checkFile: "Check that it is a file and that its permissions allow reading.",
  correctFile: (file: string) => `Correct ${file}.`,
  writeServers: (example: string) => `Write them as ${example}.`,
  noServer: (file: string, name: string, hint: string) => `${file} has no server ${name}${hint}`,
  addServer: (file: string) => `Add it to ${file}, or take it out of mcp_enabled_servers.`,
  serverUnreadable: "it cannot be read",
  serverDisabled: (file: string) => `it is disabled in ${file}`,
  enableServer: "Take disabled out there, or the server out of mcp_enabled_servers."
}
