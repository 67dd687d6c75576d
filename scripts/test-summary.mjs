#!/usr/bin/env node
// Prints `N passed, N failed` for a JSON report of vitest, and fails where a test, or the run itself, failed.
// usage: test-summary.mjs <report.json> <exit code of the run>
import { readFileSync } from 'node:fs';

const [file, status] = process.argv.slice(2);
let passed = 0;
let failed = 0;
try {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  passed = report.numPassedTests;
  failed =
    report.numFailedTests + report.testResults.filter((suite) => suite.status === 'failed' && suite.assertionResults.length === 0).length;
} catch (error) {
  console.error(`the test report cannot be read: ${error.message}`);
}
// A run can fail without a failed test: an unhandled rejection, or no test at all.
if (failed === 0 && (status !== '0' || passed === 0)) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
