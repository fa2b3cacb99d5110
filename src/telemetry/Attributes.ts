/** Names of span and log attributes. What people say is personal and never part of one. */
export const clientUid = "client_uid"
