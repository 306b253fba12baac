import type {HostingModel} from "./types.js";

export type HostingKind = HostingModel["kind"];

/** What an eval may say of where a model runs: a word, a model with its assumptions, or several, where it runs now first. */
export type StatedHosting = HostingKind | HostingModel | readonly HostingModel[];

/** The word for where it runs now. */
export function hostingKind(stated: StatedHosting): HostingKind {
  return typeof stated === "string" ? stated : hostingModels(stated)[0]!.kind;
}

/** The models stated; none for a word. */
export function hostingModels(stated: StatedHosting | undefined): HostingModel[] {
  return stated === undefined || typeof stated === "string" ? [] : [stated].flat();
}

const KINDS: readonly string[] = ["api", "edge", "on-prem", "cloud"] satisfies HostingKind[];
const SHARES = ["cachedShare", "batchShare", "batchPriceShare", "attributedShare", "utilisation"];
const TEXTS = ["kind", "source", "asOf", "provider"];

/** What is wrong with a stated hosting, one sentence each; empty when nothing is. Evals are not type-checked when they run. */
export function hostingProblems(stated: unknown): string[] {
  if (typeof stated === "string")
    return KINDS.includes(stated) ? [] : [`hosting is ${JSON.stringify(stated)}: it is ${kinds}`];
  const models = [stated].flat() as unknown[];
  if (models.length === 0) return ["hosting is an empty list"];
  return models.flatMap((model) =>
    isObject(model) ? modelProblems(model) : ["hosting is a word or an object with its assumptions"]
  );
}

const kinds = `one of ${KINDS.join(", ")}`;

function modelProblems(model: Record<string, unknown>): string[] {
  if (typeof model.kind !== "string" || !KINDS.includes(model.kind))
    return [`hosting has the kind ${JSON.stringify(model.kind)}: it is ${kinds}`];
  return Object.entries(model).flatMap(([name, value]) => {
    if (value === undefined || name === "price" || name === "billed") return [];
    if (TEXTS.includes(name)) return typeof value === "string" ? [] : [`hosting.${name} must be a text`];
    if (typeof value !== "number" || !Number.isFinite(value) || value < 0)
      return [`hosting.${name} must be a number of at least 0, not ${JSON.stringify(value)}`];
    if (SHARES.includes(name) && value > 1) return [`hosting.${name} is a share from 0 to 1, not ${value}`];
    if (name === "utilisation" && value === 0) return ["hosting.utilisation must be above 0"];
    if (name === "pue" && value < 1) return [`hosting.pue is at least 1, not ${value}`];
    return [];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
