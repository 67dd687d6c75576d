// Writes docs/lint.md from src/diagnose/lint/codes.ts and examples.ts. Run `npm run build` first.
import { writeFile } from 'node:fs/promises';
import { lintDocument } from '../dist/diagnose/lint/document.js';
import { lintExample } from '../dist/import/lint-example.js';

await writeFile(new URL('../docs/lint.md', import.meta.url), await lintDocument(lintExample));
