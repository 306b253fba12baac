#!/usr/bin/env node
import {lastWords} from "./terminal/lastWords.js";

// Where no more files can be opened, the commands cannot be loaded.
await import("./program.js").catch(lastWords);
