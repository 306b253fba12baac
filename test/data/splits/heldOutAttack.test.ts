// @module-tag long
import {describeAttack} from "./support/attackSuite.js";

describeAttack([
  "rows",
  "rows --part train",
  "sql tables",
  "diff",
  "export --csv",
  "finetune export --part train",
  "purge --dry-run",
  "pages"
]);
