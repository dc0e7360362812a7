// Prints 'passed failed skipped' of a report, jest's or the package's. Fails if there is none.
const { readFileSync } = require('node:fs')

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const jest = 'numTotalTests' in report
const passed = jest ? report.numPassedTests : report.passed
// A test file that could not be run has no tests to count, and has failed all the same.
const failed = jest ? report.numFailedTests + report.numRuntimeErrorTestSuites : report.failed
const skipped = jest ? report.numPendingTests + report.numTodoTests : 0
console.log(passed, failed, skipped)
