import { writeSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Prints `N passed, N failed` alone on the last line, for whoever counts. A file that could not be loaded, and an error
 * outside of any test, count as failed: they must not look like less tests.
 */
export function tally(): Reporter {
  let line = '';
  process.on('exit', () => {
    if (line !== '') writeSync(1, line);
  });
  return {
    onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]) {
      const tests = modules.flatMap((module) => [...module.children.allTests()]);
      const states = tests.map((test) => test.result().state);
      const passed = states.filter((state) => state === 'passed').length;
      const failed = states.filter((state) => state === 'failed').length;
      const broken = modules.flatMap((module) => module.errors()).length + unhandledErrors.length;
      line = `\n${passed} passed, ${failed + broken} failed\n`;
    },
  };
}
