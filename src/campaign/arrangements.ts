/** From the setting `arrange` to an arrangement. */
import { dmsArrangement, type Arrangement } from '../arrange/arrangement.ts';
import { commandArrangement } from '../arrange/command.ts';
import { hookArrangement } from '../arrange/hook.ts';
import { preloadedArrangement } from '../arrange/preloaded.ts';
import type { Register } from '../history/register.ts';
import { preloadedIn } from './preloaded-file.ts';
import { rehearse } from './rehearsal.ts';
import type { Scenario } from './scenario.ts';
import { select } from './selection.ts';
import type { Settings } from './settings.ts';

/**
 * The arrangement that a run is told to use. For `preloaded` it rehearses the scenarios, so as to know what they ask for.
 * Throws UsageError where the file of `preloaded` cannot be used.
 */
export async function arrangementOf(
  settings: Settings,
  clock: 'wall' | 'controlled',
  scenarios: readonly Scenario[],
  register: Register,
): Promise<Arrangement> {
  const { arrange } = settings;
  if (arrange.kind === 'dms') return dmsArrangement;
  if (arrange.kind === 'hook') return hookArrangement(arrange.url);
  if (arrange.kind === 'command') return commandArrangement(arrange.command);
  const preloaded = await preloadedIn(arrange.file);
  const { scenarios: selected } = select(scenarios, register.clauses, { ...settings, clock });
  const rehearsed = selected.filter(({ program }) => program === undefined);
  return preloadedArrangement(preloaded, selected, await rehearse(rehearsed, settings, register));
}
