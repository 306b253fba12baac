import {
  assertChecked,
  exactly,
  func,
  optionalCount,
  type SchemaShape,
  text
} from "../../base/validation/checked.js";
import type {ClassifierOptions, Subset} from "./modelSource.js";

const shape: SchemaShape<ClassifierOptions> = {
  name: text().optional(),
  text: text("the column of texts"),
  label: text("the column of labels"),
  part: text("a part of the split").optional(),
  subset: exactly<Subset>("a subset such as {words, where}", {
    words: text("what the subset is, in words"),
    where: func("a function of the row")
  }).optional(),
  sample: optionalCount()
};

/** Throws UserError with everything that is wrong with a trainer's options; `own` are those that only it has. */
export function checkTrainer<T extends ClassifierOptions>(
  trainer: string,
  own: SchemaShape<Omit<T, keyof ClassifierOptions>>,
  options: T
): void {
  const all = {...shape, ...own} as unknown as SchemaShape<T>;
  assertChecked(trainer, exactly<T>("options such as {text, label}", all), options);
}
