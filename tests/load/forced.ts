import { chapters } from '../../specs/chapters.ts';
import { register } from '../../specs/register.ts';
import { runCampaign } from '../../src/campaign/campaign.ts';
import { embeddedTarget } from '../../src/campaign/embedded.ts';
import { secondsFor } from '../../src/programs/scenario.ts';
import { generated } from '../../src/programs/scenarios.ts';
import { PROJECT, settings } from '../support/settings.ts';

export interface Forced {
  readonly scenarios: number;
  /** Seconds times queues that the waits of all scenarios take by what these say. */
  readonly said: number;
  /** The same by a controlled clock, on which nothing but waits takes time. */
  readonly waited: number;
  /** The longest chain of waits, in seconds. */
  readonly longest: number;
}

/** What the waits of the gate and of its programs force where no token is asked for, found out without any of them. */
export async function forcedBy(seed: number, programs: number): Promise<Forced> {
  const scenarios = [
    ...chapters.flatMap((chapter) => chapter.scenarios),
    ...generated({ seed, count: programs, seconds: secondsFor('gate', 'wall') }),
  ].filter(({ waiting, feature }) => waiting === 'gate' && feature !== 'credentials');
  const waits = new Map<string, number>();
  await runCampaign({
    settings: settings({ profile: 'gate' }),
    target: embeddedTarget(PROJECT),
    credentials: {},
    scenarios,
    register,
    suiteVersion: '0.0.0',
    write(line) {
      if (line.type === 'clock') waits.set(line.scenario, (waits.get(line.scenario) ?? 0) + line.to - line.from);
    },
  });
  const sum = (seconds: (scenario: (typeof scenarios)[number]) => number): number =>
    scenarios.reduce((total, scenario) => total + scenario.queues.length * seconds(scenario), 0);
  return {
    scenarios: scenarios.length,
    said: sum((scenario) => scenario.seconds),
    waited: sum(({ id }) => waits.get(id) ?? 0),
    longest: Math.max(...waits.values()),
  };
}
