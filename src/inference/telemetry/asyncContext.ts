import {AsyncLocalStorage} from "node:async_hooks";
import {type Context, type ContextManager, ROOT_CONTEXT} from "@opentelemetry/api";

/** Lets a span that is begun in an asynchronous call know the span around it. */
export function asyncContext(): ContextManager {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (context, fn, self, ...args) => storage.run(context, () => fn.apply(self as never, args)),
    bind: (context, target) =>
      typeof target === "function"
        ? (((...args: unknown[]) =>
            storage.run(context, () => (target as (...all: unknown[]) => unknown)(...args))) as typeof target)
        : target,
    enable: () => manager,
    disable: () => manager
  };
  return manager;
}
