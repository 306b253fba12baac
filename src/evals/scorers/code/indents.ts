/** Columns from one tab stop of Markdown to the next. */
const TAB = 4;

/** Where a line's text begins, counted in columns, and that text. */
export function indentStart(line: string, from = 0): {column: number; text: string} {
  let column = from;
  let at = 0;
  for (; line[at] === " " || line[at] === "\t"; at++)
    column = line[at] === " " ? column + 1 : column + TAB - (column % TAB);
  return {column, text: line.slice(at)};
}

/** A line without as much of its indent as `columns`. What tabs leave of it is blanks. */
export function withoutIndent(line: string, columns: number): string {
  if (columns === 0) return line;
  const {column, text} = indentStart(line);
  return " ".repeat(Math.max(0, column - columns)) + text;
}

/** The list items that Markdown's lines stand in. */
export function listItems(): {
  /** Takes the next line, and gives what stands in it behind markers of items. */
  read(line: string): {column: number; text: string};
  /** The column where the innermost item's text begins; 0 outside of lists. */
  column(): number;
} {
  const columns: number[] = [];
  const column = () => columns.at(-1) ?? 0;
  return {
    column,
    read(line) {
      let start = indentStart(line);
      if (start.text === "") return start;
      while (start.column < column()) columns.pop();
      for (;;) {
        const marker = /^(?:[-*+]|\d{1,9}[.)])(?=[ \t])/.exec(start.text)?.[0];
        if (marker === undefined || start.column - column() > 3) return start;
        start = indentStart(start.text.slice(marker.length), start.column + marker.length);
        columns.push(start.column);
      }
    }
  };
}
