import {vi} from "vitest";

/** What `work` writes to the terminal. */
export function printed(work: () => Promise<void>): Promise<string> {
  return written(process.stdout, work);
}

/** What `work` writes to one of the process's streams. */
export async function written(stream: NodeJS.WriteStream, work: () => Promise<unknown>): Promise<string> {
  let text = "";
  const spy = vi.spyOn(stream, "write").mockImplementation((chunk) => {
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
