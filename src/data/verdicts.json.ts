import {print, verdicts} from "../site/index.js";

await print(verdicts);
