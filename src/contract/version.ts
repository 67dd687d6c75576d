/** Raised when a client and a daemon of different numbers can no longer understand each other. */
export const PROTOCOL = 2;
