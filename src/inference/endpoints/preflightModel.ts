import {oneLine} from "../../base/validation/lineText.js";
import type {ChatAnswer} from "./chatResponse.js";
import type {PreflightFinding} from "./types.js";

const LONGEST = 300;

/** A model's name as a server says it, which is stored and shown: of one line, and cut where it is no name any more. */
export function servedName(said: string): string {
  const name = oneLine(said);
  return name.length > LONGEST ? `${name.slice(0, LONGEST).replace(/\p{Surrogate}$/u, "")}…` : name;
}

const bare = (name: string) => name.replace(/^models\//, "").replace(/:latest$/, "");

/** Whether two names are one model's: Gemini lists `models/NAME`, Ollama `NAME:latest`. */
export const isSameModel = (one: string, other: string) => bare(one) === bare(other);

/** Whether a server lists models, and not this one. */
export function isUnlisted(model: string, models: string[] | undefined): boolean {
  return models !== undefined && models.length > 0 && !models.some((one) => isSameModel(one, model));
}

export function modelFinding(
  name: string,
  model: string,
  answer: ChatAnswer & {kept?: boolean},
  models: string[] | undefined
): PreflightFinding {
  const servedModel = answer.kept ? undefined : answer.servedModel;
  if (!isUnlisted(model, models))
    return {
      check: "model",
      status: "ok",
      message: `${name} answers as ${answer.servedModel ?? model}.`,
      servedModel
    };
  return {
    check: "model",
    status: "warning",
    servedModel,
    message: `${name} answers but does not list ${model}, so another model may be answering${
      answer.servedModel && !isSameModel(answer.servedModel, model) ? ` (it says ${answer.servedModel})` : ""
    }. ${suggest(model, models)}`
  };
}

/** What a server lists that may have been meant; empty when it lists nothing. */
export function suggest(model: string, models: string[] = []): string {
  if (models.length === 0) return "";
  const wanted = model.toLowerCase();
  const last = wanted.split("/").at(-1)!;
  const near = models.filter((one) => one.toLowerCase().includes(last) || wanted.includes(one.toLowerCase()));
  const shown = (near.length ? near : models).slice(0, 5);
  return `It lists ${shown.join(", ")}${models.length > shown.length ? ` and ${models.length - shown.length} more` : ""}.`;
}
