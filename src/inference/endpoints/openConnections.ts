import type {IncomingMessage, Server, ServerResponse} from "node:http";
import type {Socket} from "node:net";

export interface OpenConnections {
  /** Drops the connections that owe nobody an answer: idle ones, and those whose request has not come whole. */
  drop(): void;
}

/** Follows the connections of a server, from before it listens. */
export function openConnections(server: Server): OpenConnections {
  const open = new Set<Socket>();
  const asking = new Map<Socket, IncomingMessage>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const {socket} = request;
    asking.set(socket, request);
    response.once("close", () => asking.get(socket) === request && asking.delete(socket));
  });
  return {
    drop() {
      for (const socket of open) if (!asking.get(socket)?.complete) socket.destroy();
    }
  };
}
