// Writes docs/lint.md from src/diagnose/lint/codes.ts. Run `npm run build` first.
import { writeFile } from 'node:fs/promises';
import { lintDocument } from '../dist/diagnose/lint/codes.js';

await writeFile(new URL('../docs/lint.md', import.meta.url), lintDocument());
