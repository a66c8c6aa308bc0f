import { chapters } from '../../specs/chapters.ts';
import { register } from '../../specs/register.ts';
import type { EvidenceLine, Verdict } from '../../schemas/types.ts';
import { runCampaign } from '../../src/campaign/campaign.ts';
import { embeddedTarget } from '../../src/campaign/embedded.ts';
import type { EmulatorOptions } from '../../src/emulator/emulator.ts';
import { readEvidence, type History } from '../../src/history/evidence.ts';
import { rules } from '../../src/rules/index.ts';
import { verdictOf } from '../../src/verdict/verdict.ts';

export interface CampaignResult {
  readonly verdict: Verdict;
  readonly histories: readonly History[];
  readonly lines: readonly string[];
}

/** A run against the embedded emulator under its controlled clock, in this process. */
export async function campaignOn(emulator: EmulatorOptions = {}, only?: string): Promise<CampaignResult> {
  const lines: string[] = [];
  const project = 'tests';
  const histories = await runCampaign({
    settings: {
      endpoint: undefined,
      project,
      profile: 'gate',
      only,
      seed: 1,
      strict: false,
      clockUrl: undefined,
      maxQueues: undefined,
      tokenFile: undefined,
      out: '',
    },
    target: embeddedTarget(project, emulator),
    token: undefined,
    scenarios: chapters.flatMap(({ scenarios }) => scenarios),
    register,
    suiteVersion: '0.0.0',
    write: (line: EvidenceLine) => void lines.push(JSON.stringify(line)),
  });
  return { verdict: verdictOf(readEvidence([...lines, '']), register, rules), histories, lines };
}

/** Ids of the clauses that are broken at the level of a MUST. */
export function brokenIn(verdict: Verdict): string[] {
  return verdict.clauses.filter((clause) => clause.verdict === 'fail').map(({ id }) => id);
}
