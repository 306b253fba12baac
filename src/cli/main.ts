#!/usr/bin/env node
import {endUnloaded} from "./terminal/endUnloaded.js";

// Where no more files can be opened, the commands cannot be loaded.
await import("./program.js").catch(endUnloaded);
