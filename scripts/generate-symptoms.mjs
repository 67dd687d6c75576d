// Writes docs/symptoms.md from src/rocketmq/symptoms.ts. Run `npm run build` first.
import { writeFile } from 'node:fs/promises';
import { symptomsDocument } from '../dist/rocketmq/symptoms-doc.js';

await writeFile(new URL('../docs/symptoms.md', import.meta.url), symptomsDocument());
