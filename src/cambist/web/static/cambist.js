// What pages need of a script: the chart, copying, live progress. Everything else works without.
"use strict";
