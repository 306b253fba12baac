import {describe} from "vitest";
import {FIRST_PAGES, itOpens, itOpensPriced, itSaysWhatToDo, PAGES} from "./looks.js";

describe("the built site", () => {
  itOpens(PAGES.filter((name) => !FIRST_PAGES.includes(name)));
  itOpensPriced(["differences", "comparison"]);
  // The method is the same without a store.
  itSaysWhatToDo(PAGES.filter((name) => !["", "splits", "method"].includes(name)));
});
