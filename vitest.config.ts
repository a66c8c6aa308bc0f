import { defineConfig } from 'vitest/config';
import { allure } from './tests/support/allure.ts';
import { tally } from './tests/support/tally.ts';

export default defineConfig({
  test: {
    reporters: ['default', allure(), tally()],
    projects: [
      {
        // What the command line runs, too: every scenario against DMS_ENDPOINT, or against the embedded emulator.
        test: {
          name: 'scenarios',
          include: ['specs/campaign.spec.ts'],
          pool: 'threads',
          // All waits overlap: the run takes as long as its longest one.
          sequence: { concurrent: true, groupOrder: 1 },
          maxConcurrency: 1000,
          testTimeout: 0,
          hookTimeout: 0,
        },
      },
      {
        test: {
          name: 'tests',
          include: ['tests/**/*.test.ts'],
          // Half of the time they wait for commands that they have started.
          maxWorkers: 2,
          // No module keeps state (tests/house.test.ts): loading all of them anew for every file would take a fifth of the time.
          isolate: false,
          unstubEnvs: true,
          // An end for what hangs; a busy machine may take its time.
          testTimeout: 30_000,
          // After the scenarios: what needs the processor would delay their answers, and lateness is what they measure.
          sequence: { groupOrder: 2 },
        },
      },
      {
        // report.html in a real browser, which not everybody has: not part of `npm test`.
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.browser.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
