/** A verdict as annotations of GitHub Actions: the runner reads them off what a step prints. */
import type { Verdict } from '../../schemas/types.ts';
import type { Register } from '../history/register.ts';
import { excerpt } from './plain.ts';
import { shown, type Shown } from './standing.ts';
import { brokenCount, count, exitMeaning, headline, placesOf, toneOf } from './words.ts';

/** Of each kind GitHub keeps that many of a step, the first ones. */
const MOST = 10;

/** The run first, then what failed, then what was warned of: a line each. */
export function annotations(verdict: Verdict, register: Register): string {
  const all = shown(verdict, register);
  const those = (standing: Shown['standing']): readonly Shown[] => all.filter((one) => one.standing === standing);
  const failed = those('failed');
  const warned = those('warned');
  const kept = { failed: failed.slice(0, MOST - 1), warned: warned.slice(0, MOST) };
  const left = [
    ...rest(failed.length - kept.failed.length, 'failed'),
    ...rest(warned.length - kept.warned.length, 'warned'),
  ];
  const whole = [exitMeaning(verdict), ...verdict.reasons.slice(0, 5), ...left].map((line) => excerpt(line));
  return [
    command(
      verdict.exitCode !== 0 ? 'error' : toneOf(verdict) === 'good' ? 'notice' : 'warning',
      `dms-conformance: ${headline(verdict)}`,
      [`${excerpt(verdict.endpoint, 200)}, profile ${verdict.profile}`, ...whole].join('\n'),
    ),
    ...kept.failed.map((one) => command('error', titleOf(one), saying(one))),
    ...kept.warned.map((one) => command('warning', titleOf(one), saying(one))),
    '',
  ].join('\n');
}

function rest(number: number, standing: string): string[] {
  return number > 0 ? [`${count(number, 'clause')} more ${standing}: the summary and verdict.json have all`] : [];
}

function titleOf({ clause }: Shown): string {
  return `${clause.level} ${clause.id}`;
}

function saying({ clause, of }: Shown): string {
  const [first] = of.findings;
  const others = brokenCount(of) - 1;
  return [
    clause.text,
    placesOf(clause),
    ...(first === undefined
      ? []
      : [
          `expected ${excerpt(first.expected)}`,
          `observed ${excerpt(first.observed)}`,
          `in ${excerpt(first.scenario)}, exchanges ${first.exchanges.join(', ')}${others > 0 ? `, and ${count(others, 'finding')} more` : ''}`,
        ]),
  ].join('\n');
}

function command(kind: 'error' | 'warning' | 'notice', title: string, message: string): string {
  return `::${kind} title=${escaped(title).replaceAll(':', '%3A').replaceAll(',', '%2C')}::${escaped(message)}`;
}

/** What would end the command, or begin another. */
function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
