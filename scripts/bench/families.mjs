/** Every row there is, in the order of the document. */

import { cloneFamily } from './rows/clone.mjs';
import { clusterFamily } from './rows/cluster.mjs';
import { followedFamily } from './rows/followed.mjs';
import { lintFamily } from './rows/lint.mjs';
import { logsFamily } from './rows/logs.mjs';
import { sendsFamily } from './rows/sends.mjs';
import { statusFamily } from './rows/status.mjs';
import { supervisorsFamily } from './rows/supervisors.mjs';

/**
 * A family measures its rows together, because one start of a cluster serves several.
 * @typedef {object} Family
 * @property {string} name also taken by `--only`
 * @property {string} section of the document; see SECTIONS in document.mjs
 * @property {import('./figures.mjs').Row[]} rows
 * @property {{ [side: string]: string }} sides what is measured, in words
 * @property {string[]} releases of RocketMQ
 * @property {{ once: number, round: number, idle?: number, follow?: number }} seconds about how long it takes: in all, in each round, and for
 *   each second of `--idle` in a round or of `--follow`
 * @property {number} [maxRounds]
 * @property {(bench: Bench) => Promise<Session>} open
 *
 * @typedef {object} Bench
 * @property {AbortSignal} signal aborts with the run
 * @property {import('./workspace.mjs').Workspace} workspace
 * @property {(row: string) => boolean} wants
 * @property {(text: string) => void} say
 * @property {number} idleMs how long something idle is watched in a round
 * @property {number} followMs how long logs are followed
 *
 * @typedef {object} Session
 * @property {{ [side: string]: (signal: AbortSignal) => Promise<import('./figures.mjs').Figures> }} sides measured in turn
 * @property {{ [side: string]: import('./figures.mjs').Figures }} [onlyOnce] what was measured on the way
 * @property {{ [name: string]: string }} [facts] versions
 * @property {number} [timeoutMs] of one side in one round
 * @property {() => unknown} [endRound] after each side, also after one that failed: nothing of it must run on
 * @property {() => unknown} [close]
 */

/** @type {Family[]} */
export const FAMILIES = [
  clusterFamily({
    release: '4.9.7',
    scripts: '4.9.5',
    targets: { up: 0.08, memory: 0.28, down: 0.35, delete: 0.05, restart: 0.8, idle: 0.5 },
    seconds: { once: 36, round: 97, idle: 2 },
  }),
  clusterFamily({
    release: '5.5.0',
    scripts: '5.3.3',
    targets: { up: 0.2, memory: 0.4, down: 0.35, delete: 0.05, restart: 0.8, idle: 0.35 },
    seconds: { once: 60, round: 140, idle: 2 },
  }),
  supervisorsFamily,
  followedFamily,
  statusFamily,
  logsFamily,
  lintFamily,
  cloneFamily,
  sendsFamily('4.9.7'),
  sendsFamily('5.5.0'),
];
