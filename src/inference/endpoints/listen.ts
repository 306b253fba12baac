import type {Server} from "node:net";
import {UserError} from "../../base/validation/errors.js";

/** Lets a server listen. Throws a UserError when another program does there already. */
export async function listen(server: Server, {port, host}: {port: number; host: string}): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new UserError(
              `Port ${port} of ${host} is taken. Stop its server or choose another with --port.`,
              {
                cause: error
              }
            )
          : error
      )
    );
    server.listen(port, host, resolve);
  });
}
