/** Names of span and log attributes. What people say is personal: those names begin with `seiyuu.pii`. */
export const clientUid = "client_uid"
export const character = "character"
export const engine = "engine"
export const heardText = "seiyuu.pii.heard"
