import {createRequire} from "node:module";

const require = createRequire(import.meta.url);

/** The browser without layout with which Observable Framework reads pages. */
export const {JSDOM} = createRequire(require.resolve("@observablehq/framework/package.json"))("jsdom") as {
  JSDOM: new (html: string, options?: {url: string}) => {window: Window & typeof globalThis};
};
