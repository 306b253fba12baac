import {setUpReport} from "../support/report.js";
import "./report/addressStates.js";
import "./report/furtherFigures.js";

setUpReport();
