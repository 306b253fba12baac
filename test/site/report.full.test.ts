import {setUpReport} from "../support/report.js";
import "./report/addressStates.js";

setUpReport();
