#!/usr/bin/env node
import '../dist/harness/nettool/cli/main.js';
