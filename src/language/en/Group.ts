/** What members of a group are told of it. */
export const group = {
  yourself: "You cannot invite yourself: enter the uid of another client.",
  notConnected: (uid: string) =>
    `No client ${uid} is connected. Check the uid, and ask whoever it is to open the page.`,
  isInGroup: (uid: string) => `Client ${uid} is in a group already and has to leave that one first.`,
  inNoGroup: "You are in no group.",
  noMember: (uid: string) => `Client ${uid} is no member of your group.`,
  notOwner: "Only the owner of a group can remove others.",
  full: "The group is full.",
  joined: (uid: string) => `Member ${uid} joined the group`,
  left: (uid: string) => `Member ${uid} left the group`,
  removed: (uid: string) => `Member ${uid} was removed from the group`,
  disconnected: (uid: string) => `Member ${uid} disconnected`,
  stuck: (uid: string) =>
    `Member ${uid} was removed from the group, since its client does not take what it is sent`,
  tooSlow: (seconds: number) =>
    `Your character has said nothing for ${seconds} s, so the next one speaks. Look whether its model answers.`,
  dissolved: "The group was dissolved: nobody else is left in it",
  turnDied: "Something went wrong inside the server; its log says what. Please say it again to your group."
}
