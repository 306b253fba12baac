/** A model by its id and its names. */
export interface NamedModel {
  id: string;
  name: string;
  otherNames?: string[];
}

/** Whether this is the model's id or one of its names. */
export function isCalled({id, name, otherNames = []}: NamedModel, wanted: string): boolean {
  return [id, name, ...otherNames].includes(wanted);
}

/** Whether a name means this model: one of its names, its id, or at least eight letters that its id begins with. */
export function isMeant(model: NamedModel, wanted: string): boolean {
  return isCalled(model, wanted) || (wanted.length >= 8 && model.id.startsWith(wanted));
}
