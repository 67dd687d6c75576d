import Table from 'cli-table3';

/** @returns aligned columns with two spaces between them and no borders; widths count what a terminal shows. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  paint: (text: string) => string = (text) => text,
): string {
  const none = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  };
  const made = new Table({ head: head.map(paint), chars: none, style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] } });
  made.push(...rows.map((row) => [...row]));
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
