import {UserError} from "../../base/validation/index.js";
import {ProblemList} from "./problems.js";

/**
 * Reads CSV by RFC 4180: quotes doubled inside quotes, line breaks inside quotes. The separator (comma, semicolon, tab)
 * is the commonest of the first line. Blank lines are left out. Throws a UserError that names file and line for a quote
 * that is not closed, a record with more or fewer values than the header, or a header that names a column twice.
 */
export function parseTable(path: string, text: string): {columns: string[]; rows: string[][]} {
  const source = text.replace(/^\ufeff/, "");
  const header = source.slice(0, (source.indexOf("\n") + 1 || source.length + 1) - 1);
  const delimiter = [",", ";", "\t"].reduce((best, one) =>
    header.split(one).length > header.split(best).length ? one : best
  );
  const records = tableRecords(path, source, delimiter);
  const columns = records[0]?.values.map((name) => name.trim()) ?? [];
  const problems = new ProblemList();
  if (new Set(columns).size < columns.length)
    problems.add(`${path} names a column twice in its first line. Give each a name of its own.`);
  const uneven = records.slice(1).filter(({values}) => values.length !== columns.length);
  if (uneven.length > 0) {
    const first = uneven[0]!;
    problems.add(
      `${path} line ${first.line} has ${first.values.length} values where the header has ${columns.length}${uneven.length > 1 ? `, and ${uneven.length - 1} more lines differ too` : ""}. Export it again.`
    );
  }
  problems.assertNone();
  return {columns, rows: records.slice(1).map(({values}) => values)};
}

interface Record {
  line: number;
  values: string[];
}

function tableRecords(path: string, source: string, delimiter: string): Record[] {
  const records: Record[] = [];
  let values: string[] = [];
  let at = 0;
  let line = 1;
  let start = 1;
  const end = () => {
    if (values.length > 1 || values[0] !== "") records.push({line: start, values});
    values = [];
  };
  while (at < source.length) {
    if (source[at] === '"') {
      let text = "";
      for (;;) {
        const close = source.indexOf('"', at + 1);
        if (close < 0)
          throw new UserError(`${path} line ${line}: a quote is not closed. The file may be cut short.`);
        const part = source.slice(at + 1, close);
        text += part;
        line += part.split("\n").length - 1;
        at = close + 1;
        if (source[at] !== '"') break;
        text += '"';
      }
      values.push(text);
    } else {
      const next = nextMark(source, at, delimiter);
      values.push(source.slice(at, next).replace(/\r$/, ""));
      at = next;
    }
    if (source[at] === "\r") at++;
    if (at >= source.length) break;
    if (source[at] === delimiter) {
      at++;
      if (at === source.length) values.push("");
    } else if (source[at] === "\n") {
      end();
      at++;
      start = ++line;
    } else throw new UserError(`${path} line ${line}: text stands behind a closing quote. Export it again.`);
  }
  if (values.length > 0) end();
  return records;
}

function nextMark(source: string, from: number, delimiter: string): number {
  let at = from;
  while (at < source.length && source[at] !== delimiter && source[at] !== "\n") at++;
  return at;
}
