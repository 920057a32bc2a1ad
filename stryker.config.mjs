// @ts-check
/**
 * `npm run mutate` breaks the domain in thousands of small ways, one at a time, and runs the tests that pass through
 * the broken place. What no test notices is a rule that nobody has written down.
 *
 * @type {import('@stryker-mutator/core').PartialStrykerOptions}
 */
const settings = {
  mutate: ['src/reclaim/**/*.ts'],
  testRunner: 'vitest',
  // `related`: a mutant in a constant of a module is run against the tests that import it, not against all.
  vitest: { configFile: 'vitest.mutation.config.ts', related: true },
  coverageAnalysis: 'perTest',
  // Constants count: LIFECYCLE is one, and so is every limit and every pattern.
  ignoreStatic: false,
  concurrency: 2,
  incremental: true,
  incrementalFile: 'reports/mutation/incremental.json',
  reporters: ['progress-append-only', 'clear-text', 'json', 'html'],
  clearTextReporter: { reportTests: false, logTests: false, allowColor: false },
  thresholds: { high: 95, low: 85, break: 85 },
  // Stryker rewrites paths in tsconfig.json by an API that TypeScript 7 no longer has; nothing here needs the file.
  ignorePatterns: ['/tsconfig.json', '/coverage', '/data', '/docs'],
}

// biome-ignore lint/style/noDefaultExport: Stryker reads its settings from the default export
export default settings
