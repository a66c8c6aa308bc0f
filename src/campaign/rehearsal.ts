/** What scenarios ask for, found out by running them against the embedded emulator, where they get all they want. */
import type { Arranger } from '../arrange/arranger.ts';
import { dmsArrangement, type Arrangement } from '../arrange/arrangement.ts';
import type { Demand } from '../arrange/preloaded.ts';
import type { History } from '../history/evidence.ts';
import type { Register } from '../history/register.ts';
import { runCampaign } from './campaign.ts';
import { embeddedTarget } from './embedded.ts';
import type { Scenario } from './scenario.ts';
import type { Settings } from './settings.ts';

/** The demands of these scenarios, by id; takes some seconds for all of them. */
export async function rehearse(
  scenarios: readonly Scenario[],
  settings: Settings,
  register: Register,
): Promise<ReadonlyMap<string, Demand>> {
  const impossible = new Map<string, string>();
  const watched: Arrangement = {
    ...dmsArrangement,
    arranger(options, connections) {
      const arranger = dmsArrangement.arranger(options, connections);
      const because = (reason: string): void => {
        if (!impossible.has(options.scenario)) impossible.set(options.scenario, reason);
      };
      return {
        ...arranger,
        requireNormal: () => because('it needs messages that are still to fail'),
        fail(queue, group, messages) {
          if (messages.some(({ special }) => special)) because('it needs dead letters with bodies of its own');
          return arranger.fail(queue, group, messages);
        },
        deleteGroup(queue, group) {
          because('it deletes what it uses');
          return arranger.deleteGroup(queue, group);
        },
        deleteQueue(queue) {
          because('it deletes what it uses');
          return arranger.deleteQueue(queue);
        },
      } satisfies Arranger;
    },
  };
  const histories = await runCampaign({
    settings: { ...settings, endpoint: undefined, clockUrl: undefined, only: undefined, arrange: { kind: 'dms' } },
    target: embeddedTarget(settings.project),
    credentials: {},
    scenarios,
    register,
    suiteVersion: 'rehearsal',
    arrangement: watched,
    write() {},
  });
  return new Map(histories.map((history) => [history.scenario, demandOf(history, impossible.get(history.scenario))]));
}

function demandOf(history: History, impossible: string | undefined): Demand {
  return {
    queues: history.queues.map(({ queue, mode, redrive, maxConsumeCount }) => ({
      spec: { mode, redrive, maxConsumeCount },
      groups: history.groups
        .filter((group) => group.queue === queue)
        .map(({ group }) => ({ letters: lettersIn(history, queue, group).length })),
    })),
    impossible: impossible ?? (arrivesLate(history) ? 'dead letters have to appear while it is under way' : undefined),
  };
}

function lettersIn({ deadLetters }: History, queue: string, group: string): History['deadLetters'] {
  return deadLetters.filter((letter) => letter.queue === queue && letter.group === group);
}

/** Whether anything became a dead letter after its group had been consumed from. */
function arrivesLate(history: History): boolean {
  return history.groups.some(({ queue, group }) => {
    const path = `/queues/${queue}/groups/${group}/deadletters?`;
    const consumes = history.exchanges.filter(({ request }) => `${request.target}?`.includes(path));
    const first = Math.min(Infinity, ...consumes.map(({ clock, sent }) => clock?.sent[0] ?? sent));
    return lettersIn(history, queue, group).some(({ failed }) => failed[1] > first);
  });
}
