import {vi} from "vitest";

/** What `work` writes to the terminal. */
export async function printed(work: () => Promise<void>): Promise<string> {
  let text = "";
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return text;
}
