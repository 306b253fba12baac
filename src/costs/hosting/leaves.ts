import type {HostingModel} from "./types.js";

/** What leaves the building with every request, in a sentence without markup. */
export function whatLeaves(hosting: HostingModel): string {
  switch (hosting.kind) {
    case "api":
      return `Every prompt and answer goes to ${hosting.provider ?? "the provider"}, who runs the model.`;
    case "cloud":
      return `Prompts and answers are processed on machines rented from ${hosting.provider ?? "a cloud provider"}; the model is the team's.`;
    case "on-prem":
      return "Nothing leaves the team's own rooms.";
    case "edge":
      return "Nothing leaves the device.";
  }
}
