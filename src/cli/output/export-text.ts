import { relative } from 'node:path';
import { counted } from '../../base/units.js';
import type { ExportResult } from '../export/export-command.js';

/** The one file, if there is no folder; else what is in it and how it goes on. */
export function renderExport({ folder, exported: { files, head } }: ExportResult): string {
  const [file] = files;
  if (folder === null) return file?.text ?? '';
  const here = relative(process.cwd(), folder);
  const name = here === '' ? '.' : here.startsWith('..') ? folder : here;
  return [
    `${counted(files.length, 'file')} in ${name}: ${files.map(({ path }) => path).join(', ')}.`,
    `Start: ${head.start}`,
    `Look:  ${head.look}`,
    ...head.differs.map((sentence, i) => `${i === 0 ? 'Differs:' : '        '} ${sentence}`),
    '',
  ].join('\n');
}
