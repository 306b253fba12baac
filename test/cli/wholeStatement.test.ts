import {describe, expect, it} from "vitest";
import {isWholeStatement} from "../../src/cli/store/sql.js";

describe("a statement of SQL", () => {
  it.each([
    "select 1;",
    "select 1; \n",
    "select 'it''s; here',\n 1;",
    "select e'it\\'s', 1;",
    'select "a;b" from t;',
    "select $$ ; ' $$;",
    "select 1 -- it's one\n;",
    "/* don't */ select 1;"
  ])("ends: %s", (sql) => {
    expect(isWholeStatement(sql)).toBe(true);
  });

  it.each([
    "select 1",
    "select 'one;",
    "select 'one;\ntwo;",
    'select "a;',
    "select $$ a;",
    "select 1 -- done;",
    "select 1 /* not yet;",
    "select e'it\\';"
  ])("goes on: %s", (sql) => {
    expect(isWholeStatement(sql)).toBe(false);
  });
});
