export const HEALTHY = {};
