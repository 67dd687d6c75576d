import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';

const GAP = '  ';

/** @returns aligned columns with two spaces between them and no borders; widths count what a terminal shows. A cell may have several lines. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  paint: (text: string) => string = (text) => text,
): string {
  const lines = [head.map(paint), ...rows].flatMap(linesOf);
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => widthOf(cells[column] ?? ''))));
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => padded(cell, widths[column] ?? 0))
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}

/** @returns the lines of a row, each with a cell for every column. */
function linesOf(row: readonly string[]): string[][] {
  const cells = row.map((cell) => cell.split('\n'));
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) => cells.map((cell) => cell[line] ?? ''));
}

const padded = (cell: string, width: number): string => cell + ' '.repeat(width - widthOf(cell));

/** Every character of plain ASCII takes one column; the tables for all others take as long to load as a third of an empty Node.js start. */
function widthOf(cell: string): number {
  const text = stripVTControlCharacters(cell);
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}
