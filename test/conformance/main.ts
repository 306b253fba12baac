import {runConformance} from "./runConformance.js";

process.exitCode = await runConformance(process.argv.slice(2), console);
