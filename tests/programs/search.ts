/** Looks for a deviant by generated programs alone, and for a counterexample that explains it. */
import { register } from '../../specs/register.ts';
import type { Program } from '../../schemas/types.ts';
import { startCampaign } from '../../src/campaign/campaign.ts';
import { embeddedTarget } from '../../src/campaign/embedded.ts';
import type { Scenario } from '../../src/campaign/scenario.ts';
import type { History } from '../../src/history/evidence.ts';
import { lengthOf } from '../../src/history/programs.ts';
import { budgetFor, findCounterexamples } from '../../src/programs/counterexamples.ts';
import { programScenario } from '../../src/programs/scenario.ts';
import { generated } from '../../src/programs/scenarios.ts';
import { rules } from '../../src/rules/index.ts';
import { judge } from '../../src/verdict/judge.ts';
import type { Subject } from '../matrix/subject.ts';
import { PROJECT, settings } from '../support/settings.ts';

export interface Searched {
  /** MUST clauses that the programs broke. */
  readonly broken: readonly string[];
  /** How many programs broke one. */
  readonly failed: number;
  readonly counterexample:
    | {
        readonly clause: string;
        readonly program: Program;
        readonly length: number;
        readonly reproduced: number;
        readonly attempts: number;
      }
    | undefined;
  readonly seconds: number;
}

export function mustBrokenIn(history: History): string[] {
  const broken = judge(history, rules).findings.flatMap(({ clause, finding }) =>
    finding.outcome === 'broken' && register.clauses.get(clause)?.level === 'MUST' ? [clause] : [],
  );
  return [...new Set(broken)];
}

async function campaignOf(
  subject: Subject | undefined,
  seed: number,
  scenarios: readonly Scenario[],
  write: Parameters<typeof startCampaign>[0]['write'] = () => undefined,
) {
  return startCampaign({
    settings: settings({ seed, only: 'programs/*' }),
    target: embeddedTarget(PROJECT, () =>
      subject === undefined ? {} : { ...subject.options, behaviour: subject.behaviour },
    ),
    credentials: {},
    scenarios,
    register,
    suiteVersion: '0.0.0',
    write,
  });
}

/** Programs alone, with the default budget of a controlled clock. */
export async function searchFor(subject: Subject | undefined, seed: number, count = 300): Promise<Searched> {
  const start = performance.now();
  const scenarios = generated({ seed, count, seconds: 300 });
  const shrunk = new Map<string, Program>();
  const campaign = await campaignOf(subject, seed, scenarios, (line) => {
    if (line.type === 'program') shrunk.set(line.scenario, line.program);
  });
  const runs = await Promise.all(
    scenarios.map(async (scenario) => [scenario, mustBrokenIn(await campaign.run(scenario))] as const),
  );
  const broken = runs.map(([, clauses]) => clauses);
  const [first] = await findCounterexamples({
    campaign,
    failed: runs,
    brokenIn: mustBrokenIn,
    budget: { ...budgetFor('controlled'), counterexamples: 1 },
    interrupted: () => false,
  });
  await campaign.finish();
  const program = first && shrunk.get(first.shrunk ?? first.scenario);
  return {
    broken: [...new Set(broken.flat())],
    failed: broken.filter(({ length }) => length > 0).length,
    counterexample:
      first === undefined || program === undefined
        ? undefined
        : {
            clause: first.clause,
            program,
            length: lengthOf(program.operations),
            reproduced: first.reproduced,
            attempts: first.attempts,
          },
    seconds: (performance.now() - start) / 1000,
  };
}

/** The clauses that one program breaks. */
export async function brokenBy(subject: Subject | undefined, program: Program): Promise<readonly string[]> {
  const scenario = programScenario('programs/1', program);
  const campaign = await campaignOf(subject, 1, [scenario]);
  const history = await campaign.run(scenario);
  await campaign.finish();
  return mustBrokenIn(history);
}
