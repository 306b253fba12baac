import {createHash} from "node:crypto";
import {createWriteStream} from "node:fs";
import {Readable} from "node:stream";
import {pipeline} from "node:stream/promises";
import {RowIdsHash} from "../../../base/system/index.js";
import type {Row} from "../../../base/store/index.js";
import {type ChatColumns, chatExample} from "./chatExample.js";
import {checkChatExample, type ChatProblem, type ChatWarning} from "./checkChatExample.js";

/** OpenAI turns down a file of fewer. */
export const FEWEST_EXAMPLES = 10;

/** What went into a chat fine-tuning file. */
export interface ChatFile {
  rows: number;
  bytes: number;
  /** Of the file. */
  sha256: string;
  /** SHA-256 of the ids of its rows in order, one a line. */
  rowsSha256: string;
  /** Rows that make no valid example and are not in the file, with what is wrong. */
  broken: {row: string; problems: ChatProblem[]}[];
  /** Examples with each warning. */
  warnings: Partial<Record<ChatWarning, number>>;
}

/** Writes the examples that rows make, one a line, in the order of the rows; those that fail the checks are left out. */
export async function writeChatFile(
  path: string,
  rows: AsyncIterable<Row>,
  columns: ChatColumns
): Promise<ChatFile> {
  const file = createHash("sha256");
  const ids = new RowIdsHash();
  const made: Omit<ChatFile, "sha256" | "rowsSha256"> = {rows: 0, bytes: 0, broken: [], warnings: {}};
  async function* lines(): AsyncGenerator<Buffer> {
    for await (const row of rows) {
      const example = chatExample(row, columns);
      const {problems, warnings} = checkChatExample(example);
      if (problems.length > 0) {
        made.broken.push({row: row.id, problems});
        continue;
      }
      for (const warning of warnings) made.warnings[warning] = (made.warnings[warning] ?? 0) + 1;
      const line = Buffer.from(JSON.stringify(example) + "\n");
      file.update(line);
      ids.add(row.id);
      made.rows++;
      made.bytes += line.length;
      yield line;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(path));
  return {...made, sha256: file.digest("hex"), rowsSha256: ids.digest()};
}
