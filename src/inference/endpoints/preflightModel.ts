import type {ChatAnswer} from "./chatResponse.js";
import {isSameModel} from "./modelName.js";
import type {PreflightFinding} from "./types.js";

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
