/** Increase it when clients and daemons with different numbers can no longer understand each other. */
export const PROTOCOL = 2;
