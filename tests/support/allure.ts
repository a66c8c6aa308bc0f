import AllureVitest from 'allure-vitest/reporter';
import { rmSync } from 'node:fs';
import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { ALLURE_RESULTS } from '../../src/report/allure.ts';

/** allure-vitest for the scenarios alone: the suite's own tests say nothing of an endpoint. It writes when all is over. */
export function allure(): Reporter {
  const reporter = new AllureVitest({ resultsDir: ALLURE_RESULTS });
  const isScenarios = ({ name }: { readonly name: string }): boolean => name === 'scenarios';
  let asked = false;
  return {
    onInit(vitest: Vitest) {
      const projects = vitest.projects.filter(isScenarios);
      asked = projects.length > 0;
      if (!asked) return;
      // Results of an earlier run would be shown as if their tests had been repeated.
      rmSync(ALLURE_RESULTS, { recursive: true, force: true });
      reporter.onInit(
        new Proxy(vitest, { get: (of, name) => (name === 'projects' ? projects : Reflect.get(of, name)) }),
      );
    },
    onTestRunEnd(modules: readonly TestModule[]) {
      if (asked) reporter.onTestRunEnd(modules.filter(({ project }) => isScenarios(project)));
    },
  };
}
