import {expect} from "vitest";

/** Words of the program's inside, which help nobody at the keyboard. */
const INTERNAL =
  /Binder Error|Catalog Error|Parser Error|Invalid Input Error|INTERNAL|Conversion Error|IO Error|EISDIR|EEXIST|ENOTDIR|ELOOP|uv_cwd|is not a function|Cannot read propert|undefined|\[object|TypeError|RangeError|ZodError|\n\s+at /;

/** A message that says where, in no words but a person's, and fits on a screen. */
export function expectClear(message: string, ...names: (string | RegExp)[]): void {
  expect(message).not.toMatch(INTERNAL);
  expect(message).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  expect(message.length).toBeLessThan(1000);
  expect(message.length).toBeGreaterThan(20);
  for (const name of names)
    if (typeof name === "string") expect(message).toContain(name);
    else expect(message).toMatch(name);
}

/** What was thrown, which must be an error for a person. */
export function refusalOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect((error as Error).name).toBe("UserError");
    return (error as Error).message;
  }
  throw new Error("it was accepted");
}

export async function refusalOfPromise(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown as Error
  );
  if (!error) throw new Error("it was accepted");
  expect(error.name, error.message).toBe("UserError");
  return error.message;
}

/** A key as a hurried hand writes it: a letter missing, doubled, swapped with its neighbour, or in the other case. */
export function misspelt(key: string): string[] {
  const at = Math.floor(key.length / 2);
  const swapped = key.slice(0, at - 1) + key[at]! + key[at - 1]! + key.slice(at + 1);
  const upper = key[0]!.toUpperCase() + key.slice(1);
  const variants = [
    key.slice(0, at) + key.slice(at + 1),
    key.slice(0, at) + key[at]! + key.slice(at),
    swapped,
    upper
  ];
  return [...new Set(variants)].filter((one) => one !== key && one.length > 0);
}
