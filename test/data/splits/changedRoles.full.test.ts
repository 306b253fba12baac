import {describe, it} from "vitest";
import {CHANGED, possible, SPECS} from "./support/changedRoles.js";
import {asInNewStore, withoutTheirRoles} from "./support/rolesHeld.js";

describe("another column for a role, of unchanged rows, by every strategy", () => {
  it.each(CHANGED)("gives the splits and figures of the same rows in a new store: %o", (roles) =>
    asInNewStore(roles, possible(roles, SPECS))
  );

  it.each(["group", "time", "label", "text"] as const)(
    "moves no split of before that does not say its columns, unless %s was another",
    (role) =>
      withoutTheirRoles(
        role,
        SPECS.filter(({strategy, name}) => !name && /group|cluster|temporal/.test(strategy))
      )
  );
});
