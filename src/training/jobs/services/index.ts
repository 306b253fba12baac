import {anyObject, chosen, holding} from "../../../base/validation/checked.js";
import type {JobRecord} from "../../../base/store/index.js";
import type {JobService} from "../service.js";
import {type CommandJobs, commandJobs, commandSchema} from "./command.js";
import {type FireworksJobs, fireworksJobs, fireworksSchema} from "./fireworks.js";
import {type HuggingFaceJobs, huggingFaceJobs, huggingFaceSchema} from "./huggingFace.js";
import {type OpenAIJobs, openAIJobs, openAISchema} from "./openAI.js";
import {type TogetherJobs, togetherJobs, togetherSchema} from "./together.js";
import {isObject} from "../../../base/validation/isObject.js";

/** Who trains, and how it is reached. */
export type ServiceSettings = OpenAIJobs | TogetherJobs | FireworksJobs | HuggingFaceJobs | CommandJobs;

const services = {
  openai: {schema: openAISchema, open: (settings) => openAIJobs(settings as OpenAIJobs)},
  together: {schema: togetherSchema, open: (settings) => togetherJobs(settings as TogetherJobs)},
  fireworks: {schema: fireworksSchema, open: (settings) => fireworksJobs(settings as FireworksJobs)},
  huggingface: {schema: huggingFaceSchema, open: (settings) => huggingFaceJobs(settings as HuggingFaceJobs)},
  command: {schema: commandSchema, open: (settings) => commandJobs(settings as CommandJobs)}
} satisfies Record<
  ServiceSettings["service"],
  {schema: typeof openAISchema; open(settings: ServiceSettings): JobService}
>;

const names = Object.keys(services) as ServiceSettings["service"][];

const unknown = holding(anyObject("a service such as {service, trust}"), () => [
  {path: ["service"], message: `must be one of ${names.map((name) => JSON.stringify(name)).join(", ")}`}
]);

/** One of the services' settings, told apart by `service`. */
export const serviceSchema = chosen((value) => {
  const own = isObject(value) ? names.find((name) => name === value.service) : undefined;
  if (own !== undefined) return {schema: services[own].schema, value};
  return {schema: unknown, value};
});

export function openService(settings: ServiceSettings | JobRecord["service"]): JobService {
  return services[settings.service as ServiceSettings["service"]].open(settings as ServiceSettings);
}
