import type {VersionManifest} from "../../base/store/index.js";
import type {DatasetDefinition} from "./define.js";
import type {Filtered} from "./filters/index.js";

const ROLES = [
  "description",
  "licence",
  "label",
  "text",
  "group",
  "time",
  "sensitivity",
  "publish"
] as const satisfies (keyof DatasetDefinition & keyof VersionManifest)[];

/** What a version's record takes from a definition and not from the rows. */
type StatedMembers = Pick<VersionManifest, (typeof ROLES)[number] | "rejected" | "filters" | "checks">;

/** Every member, so that what a definition no longer says ends in the record too: what is undefined is not written. */
export function statedMembers(definition: DatasetDefinition, filtered: Filtered | undefined): StatedMembers {
  return {
    ...Object.fromEntries(ROLES.map((role) => [role, definition[role]])),
    rejected: filtered?.rejected,
    filters: filtered?.filters,
    checks: Object.keys(definition.checks ?? {}).map((check) => ({name: check, passed: true}))
  };
}
