#!/usr/bin/env node
// Makes docs/reliability.md from the figures in docs/reliability/*.json and the table of symptoms.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { reliabilityDocument } from './report/document.mjs';

const output = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));
writeFileSync(output, await reliabilityDocument());
console.log(output);
