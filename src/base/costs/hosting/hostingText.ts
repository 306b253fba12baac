import type {CostHosting, HostingModel} from "./types.js";

/** What leaves the building with every request, in a sentence without markup. */
export function whatLeaves(hosting: CostHosting): string {
  switch (hosting.kind) {
    case "api":
      return `Every prompt and answer goes to ${hosting.provider ?? "the provider"}, who runs the model.`;
    case "cloud":
      return `Prompts and answers are processed on machines rented from ${hosting.provider ?? "a cloud provider"}; the model is the team's.`;
    case "on-prem":
      return "Nothing leaves the team's own rooms.";
    case "edge":
      return "Nothing leaves the device.";
    case "unknown":
      return "Where it runs is not known.";
  }
}

/** One of the models that a candidate asks, and where it runs. */
export interface NamedHosting {
  name: string;
  hosting: HostingModel;
}

/** What leaves with requests of a candidate of several models, by whose server each is asked at. */
export function whatModelsLeave(models: readonly NamedHosting[]): string {
  if (models.length === 0) return "Where its models run was not noted.";
  const sent = models.filter(({hosting: {kind}}) => kind === "api" || kind === "cloud");
  const nearest = models.find(({hosting: {kind}}) => kind === "on-prem") ?? models[0]!;
  if (sent.length === 0) return whatLeaves(nearest.hosting);
  const each = sent.map(({name, hosting}) => {
    const said = whatLeaves(hosting);
    return `${name}: ${said[0]!.toLowerCase()}${said.slice(1)}`;
  });
  return [...new Set(each)].join(" ");
}

/** What a kind of hosting is called. */
export const HOSTING_NAMES = {
  api: "hosted API",
  edge: "edge device",
  "on-prem": "own server",
  cloud: "rented cloud",
  unknown: "place not known"
};

/** A short name for readers: what it is, and who runs it where somebody else does. */
export function hostingName(hosting: CostHosting): string {
  const name = HOSTING_NAMES[hosting.kind];
  return "provider" in hosting && hosting.provider ? `${name} (${hosting.provider})` : name;
}
