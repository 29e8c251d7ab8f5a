/** Tables in Markdown, as far as the proof scripts need them: rows of cells, and code inside a cell. */

/**
 * @param markdown a file's text
 * @returns the cells of every table row, without the lines under the headings; a cell that is all code comes without its
 *   backticks
 */
export function cells(markdown) {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^[|\s:-]+$/.test(line))
    .map((line) =>
      line
        .trim()
        .replace(/^\||(?<!\\)\|$/g, '')
        .split(/(?<!\\)\|/)
        .map((cell) => bare(cell.trim().replaceAll('\\|', '|'))),
    );
}

/** Code for a cell: `cells` gives back what went in. */
export function shown(code) {
  if (code === '') return '';
  const fence = code.includes('`') ? '``' : '`';
  const pad = fence.length > 1 ? ' ' : '';
  return `${fence}${pad}${code.replaceAll('|', '\\|')}${pad}${fence}`;
}

function bare(cell) {
  return (/^``\s(.*)\s``$/.exec(cell) ?? /^`([^`]*)`$/.exec(cell))?.[1] ?? cell;
}
