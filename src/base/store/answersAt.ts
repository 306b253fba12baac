import type {JobRecord} from "./records/job.js";

/** Services whose jobs' records do not say where their models answer. */
export const SERVICE_ADDRESSES = {
  openai: "https://api.openai.com/v1",
  together: "https://api.together.ai/v1",
  fireworks: "https://api.fireworks.ai"
};

/** The address at which a service answers with the models that it trained; undefined of one that hands over files. */
export function answersAt({
  answersAt: stated,
  service: {service, baseUrl}
}: Pick<JobRecord, "service" | "answersAt">): string | undefined {
  if (stated !== undefined) return stated;
  const usual = (SERVICE_ADDRESSES as Record<string, string | undefined>)[service];
  if (usual === undefined) return undefined;
  const address = (typeof baseUrl === "string" ? baseUrl : usual).replace(/\/+$/, "");
  return service === "fireworks" ? `${address}/inference/v1` : address;
}

/** An address in the one of its forms that others are compared with. */
export function plainAddress(baseUrl: string): string {
  return baseUrl
    .replace(/\/+$/, "")
    .replace(/\/chat\/completions$/, "")
    .replace(/\/v1$/, "");
}
