import {isObject} from "../../../base/validation/isObject.js";
import {anyObject, chosen, holding} from "../../../base/validation/checked.js";
import type {JobRecord} from "../../../base/store/index.js";
import type {JobService, TrainingService} from "../service.js";
import * as all from "./all.js";

type SettingsOf<Service> = Service extends TrainingService<infer Settings> ? Settings : never;

/** Who trains, and how it is reached. */
export type ServiceSettings = SettingsOf<(typeof all)[keyof typeof all]>;

const services: ReadonlyMap<string, TrainingService> = new Map(
  Object.values(all).map((one) => [one.name, one as TrainingService])
);

const names = [...services.keys()].map((name) => JSON.stringify(name)).join(", ");

const unknown = holding(anyObject("a service such as {service, trust}"), () => [
  {path: ["service"], message: `must be one of ${names}`}
]);

/** One of the services' settings, told apart by `service`. */
export const serviceSchema = chosen((value) => {
  const own = isObject(value) ? services.get(value.service as string) : undefined;
  return {schema: own?.schema ?? unknown, value};
});

export function openService(settings: ServiceSettings | JobRecord["service"]): JobService {
  return services.get(settings.service)!.open(settings);
}
