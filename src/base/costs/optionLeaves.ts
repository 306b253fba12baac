import type {CostedOption} from "./costTable.js";
import {whatLeaves, whatModelsLeave} from "./hosting/index.js";

/** What leaves the building with requests of an option, without markup; undefined where nobody stated where it runs. */
export function optionLeaves({
  sample: {hostings, models},
  hosting
}: Pick<CostedOption, "sample" | "hosting">): string | undefined {
  if (!hosting) return undefined;
  // Elsewhere than where it runs now all of its models would run there.
  return models && hosting === hostings[0] ? whatModelsLeave(models) : whatLeaves(hosting);
}
