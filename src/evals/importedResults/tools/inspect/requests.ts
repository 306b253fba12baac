import {basename} from "node:path";
import {
  at,
  inspectLog,
  isObject,
  type JsonObject,
  messageText,
  objectsOf,
  textOf,
  withAttachments
} from "../../../../data/datasets/index.js";
import type {ResultsContent} from "../../content.js";
import {
  type AskedRow,
  type LogRequests,
  requestSettings,
  withoutCounterpart
} from "../../projects/requestSettings.js";

/** They do nothing but make the messages that a sample holds. */
const ASKING = new Set(
  "generate system_message user_message assistant_message prompt_template multiple_choice chain_of_thought".split(
    " "
  )
);

/** The settings of a log, and the messages that its samples hold. */
export async function inspectRequests(content: ResultsContent): Promise<LogRequests> {
  const rows = new Map<string, AskedRow>();
  let several = 0;
  const add = (sample: JsonObject) => {
    const row = askedRow(sample);
    if (row === undefined) several++;
    rows.set(textOf(sample.id) ?? "", row ?? {});
  };
  const header = await eachSample(content, add);
  const config = {
    ...objectAt(header, "eval", "model_generate_config"),
    ...objectAt(header, "plan", "config")
  };
  const {params, left} = requestSettings(config);
  const solvers = objectsOf(at(header, "plan", "steps")).flatMap(({solver}) => textOf(solver) ?? []);
  const {path} = content;
  const dropped = [
    ...withoutCounterpart(path, "setting", left),
    ...withoutCounterpart(
      path,
      "solver",
      solvers.filter((name) => !ASKING.has(name.split("/").at(-1)!))
    ),
    ...(several > 0
      ? [
          `${basename(path)}: ${several} samples were asked with more than a system and a user message; their input alone is asked`
        ]
      : [])
  ];
  return {path, params, rows, dropped};
}

async function eachSample(content: ResultsContent, use: (sample: JsonObject) => void): Promise<JsonObject> {
  if (content.kind !== "zip") {
    const header = (content as {value: JsonObject}).value;
    objectsOf(header.samples).forEach(use);
    return header;
  }
  const log = await inspectLog(content.path, content.zip);
  if (log) for await (const sample of log.samples) use(sample);
  return log?.header ?? {};
}

/** What stands before the first answer; undefined where that is more than a system and a user message. */
function askedRow(sample: JsonObject): AskedRow | undefined {
  const choices = Array.isArray(sample.choices) ? sample.choices.map(String) : undefined;
  const messages = objectsOf(withAttachments(sample, sample.messages));
  const answered = messages.findIndex(({role}) => role === "assistant");
  const before = answered < 0 ? messages : messages.slice(0, answered);
  const said = (role: string) => before.filter((one) => one.role === role).map(messageText);
  const [systems, users] = [said("system"), said("user")];
  if (before.length === 0) return {choices};
  if (users.length !== 1 || systems.length + 1 !== before.length) return undefined;
  return {system: systems.length > 0 ? systems.join("\n\n") : undefined, user: users[0], choices};
}

const objectAt = (value: unknown, ...path: string[]): JsonObject => {
  const found = at(value, ...path);
  return isObject(found) ? found : {};
};
