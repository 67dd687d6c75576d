#!/usr/bin/env node
// Writes docs/openapi.json from the contract; run `npm run build` first.
import { writeFileSync } from 'node:fs';
import { openApiDocument } from '../dist/contract/openapi.js';

writeFileSync(new URL('../docs/openapi.json', import.meta.url), `${JSON.stringify(openApiDocument(), null, 2)}\n`);
