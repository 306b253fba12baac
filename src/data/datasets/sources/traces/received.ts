import {exactly, text} from "../../../../base/validation/checked.js";
import {UserError} from "../../../../base/validation/index.js";
import type {SourceReader} from "../types.js";
import {receivedRows} from "./inbox.js";
import {traceRelation} from "./traceRelation.js";

/** Calls of models that programs sent to `assay receive` as OpenTelemetry spans. Every pull takes what came since the last. */
export interface ReceivedSource {
  kind: "received";
}

export const receivedSchema = exactly<ReceivedSource>('{kind: "received"}', {kind: text()});

export const received: SourceReader<ReceivedSource> = async (_, context) => {
  const {dataset, growth, redactor} = context;
  const inbox = context.inbox!;
  if (!growth)
    throw new UserError(
      `dataset ${dataset}: what was received is read once. Add \`append: true\` and \`id: "id"\` to its definition.`
    );
  const files = await inbox.names();
  if (files.length === 0 && !growth.before)
    throw new UserError(
      `dataset ${dataset}: nothing was received yet. Give \`assay receive ${dataset}\` and send spans to it.`
    );
  const rows = receivedRows(inbox, files, {redactor, hasSql: growth.hasSql});
  return {
    ...(await traceRelation(rows, context, true)),
    describe: {kind: "received"},
    // Killed before this, the next pull reads them again: each call replaces its own row.
    kept: () => inbox.drop(files)
  };
};
