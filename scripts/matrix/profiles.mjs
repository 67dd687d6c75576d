/**
 * The columns of the matrix. `kill` is the selector whose node dies, and `after` what its clients must then meet:
 * `elected`: another holds its role and takes sends. `others`: other masters take them. `readable`: its messages are read from a slave. Where a
 * profile has a proxy, clients go through it.
 * Source: docs/profiles.md, the verdicts of `rmqdev kill`.
 * @typedef {{ name: string, kill: string, after: readonly ('elected' | 'others' | 'readable')[] }} MatrixProfile
 * @type {readonly MatrixProfile[]}
 */
export const PROFILES = [
  { name: 'single', kill: 'master-a', after: [] },
  { name: '2m-noslave', kill: 'master-a', after: ['others'] },
  { name: '2m2s-sync', kill: 'master-a', after: ['others', 'readable'] },
  { name: '2m2s-async', kill: 'master-a', after: ['others', 'readable'] },
  { name: 'dledger', kill: 'master-a', after: ['elected'] },
  { name: 'controller', kill: 'master-a', after: ['elected'] },
  { name: 'proxy', kill: 'proxy-1', after: [] },
];
