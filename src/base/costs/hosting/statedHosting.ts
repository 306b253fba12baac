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
