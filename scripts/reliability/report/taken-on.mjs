import { execFileSync } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

/** @returns the file of a proof's figures, which `report` reads; `chosen` is the user's own. */
export const figuresFile = (name, chosen) => chosen ?? fileURLToPath(new URL(`../../../docs/reliability/${name}.json`, import.meta.url));

/** @returns the commit of the checkout, short. */
export const commit = () => execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();

/** What the figures were taken on. */
export const MACHINE = `${availableParallelism()} CPUs, ${Math.round(totalmem() / 2 ** 30)} GB, Node.js ${process.versions.node}`;
