import { defineConfig, type Plugin } from 'vitest/config'

/**
 * Vitest 5 joins the names of suites and tests with ` > `, Stryker with a space (stryker-mutator/stryker-js#6210): its
 * filter would leave out every test of a suite, and every mutant would seem to survive.
 */
const namesAsStrykerJoinsThem: Plugin = {
  name: 'names-as-stryker-joins-them',
  configureVitest({ project }) {
    let pattern: RegExp | undefined
    Object.defineProperty(project.config, 'testNamePattern', {
      enumerable: true,
      get: () => pattern,
      set: (wanted: RegExp | undefined) => {
        pattern = wanted && new RegExp(wanted.source.replaceAll(' ', '(?: > | )'))
      },
    })
  },
}

// biome-ignore lint/style/noDefaultExport: vitest reads its settings from the default export
export default defineConfig({
  plugins: [namesAsStrykerJoinsThem],
  test: {
    include: ['test/{domain,servicenow,schedule}/**/*.test.ts', 'test/{roster-csv,diagram}.test.ts'],
    testTimeout: 10_000,
    // Each mutant has a worker of its own, which loads the libraries once for all test files.
    isolate: false,
  },
})
