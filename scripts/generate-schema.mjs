// Writes profiles/profile.schema.json from src/profile/profile-schema.ts. Run `npm run build` first.
import { writeFile } from 'node:fs/promises';
import { profileJsonSchema } from '../dist/profile/json-schema.js';

await writeFile(new URL('../profiles/profile.schema.json', import.meta.url), profileJsonSchema());
