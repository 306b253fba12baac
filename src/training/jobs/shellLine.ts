import {spawn} from "node:child_process";

interface LineOptions {
  folder: string;
  environment: NodeJS.ProcessEnv;
  /** Ended after so long. */
  seconds: number;
  /** A file descriptor for what it writes; what it writes to standard output is given back when absent. */
  log?: number;
}

/** Runs a line of the shell to its end. The code is null when a signal ended it, 127 when there is no shell. */
export function runLine(
  line: string,
  {folder, environment, seconds, log}: LineOptions
): Promise<{code: number | null; output: string}> {
  return new Promise((resolve) => {
    const child = spawn("/bin/sh", ["-c", line], {
      cwd: folder,
      env: environment,
      stdio: ["ignore", log ?? "pipe", log ?? "ignore"]
    });
    let output = "";
    child.stdout?.on("data", (data: Buffer) => (output += data.toString()));
    const done = (code: number | null) => {
      clearTimeout(timer);
      resolve({code, output});
    };
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      done(null);
    }, seconds * 1000);
    child.once("error", () => done(127));
    child.once("close", done);
  });
}
