import { defineConfig } from 'vitest/config';

/** What mutants are judged by: the fast tests of what judges. Whole runs and property tests would take hours. */
export default defineConfig({
  test: {
    include: ['tests/{history,rules,verdict}/*.test.ts'],
    exclude: ['tests/verdict/{broken,metamorphic}.test.ts'],
    pool: 'threads',
  },
});
