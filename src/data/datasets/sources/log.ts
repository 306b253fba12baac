import {anyText, byName, exactly, oneOf, text} from "../../../base/validation/checked.js";
import {withoutSecrets} from "./address.js";
import {filePaths, gather} from "./files.js";
import {importers, type LogTool} from "./importers/index.js";
import {assertWhole} from "./packed.js";
import {writtenRows} from "./rows.js";
import {FORMER_ID, type SourceReader} from "./types.js";

/** Logs of another tool, or of production: files, globs or URLs. Every row has an `id` of its own. */
export interface LogSource {
  kind: "log";
  tool: LogTool;
  files: string | string[];
  headers?: Record<string, string>;
}

/** Their ids named neither the eval nor the model before. */
const RENAMED: readonly LogTool[] = ["inspect", "lm-eval"];

export const logSchema = exactly<LogSource>(
  'a log such as {kind: "log", tool: "inspect", files: "logs/*.json"}',
  {
    kind: text(),
    tool: oneOf(Object.keys(importers)),
    files: filePaths,
    headers: byName(anyText(), "headers by name").optional()
  }
);

export const log: SourceReader<LogSource> = async ({tool, files: named, headers = {}}, context) => {
  const list = [named].flat();
  const {paths, names, downloaded} = await gather(list, headers, context);
  await assertWhole(context.db, context.dataset, paths);
  async function* rows(): AsyncGenerator<object> {
    for (const [i, path] of paths.entries()) yield* importers[tool](path, context.db, names[i]!);
  }
  const written = await writtenRows(rows(), context);
  const bothIds = RENAMED.includes(tool) ? written : undefined;
  return {
    relation: bothIds ? `(select * exclude (${FORMER_ID}) from ${bothIds})` : written,
    bothIds,
    describe: {
      kind: "log",
      tool,
      files: list.map(withoutSecrets),
      downloaded: downloaded.length > 0 ? downloaded : undefined
    }
  };
};
