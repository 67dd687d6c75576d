/** An address or a name that every machine takes for itself. */
export const isLoopback = (address: string): boolean => /^(?:127(?:\.\d+){3}|localhost|::1)$/i.test(address);
